// SPDX-License-Identifier: Apache-2.0
// The program starkeep-localcloud: start, stop, calls, exec.
#pragma once

namespace starkeep::localcloud {

/// Runs the command line; returns the exit status. Thread: the only one of the process.
int run(int argc, char** argv);

}  // namespace starkeep::localcloud
