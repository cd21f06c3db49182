// SPDX-License-Identifier: Apache-2.0
// The command line: parse, run one command, tell how it ended.
#pragma once

#include <stop_token>

namespace starkeep::cli {

/// Returns the process exit status of the public contract. `argv` as main got it: where an argument is a URL with a
/// password, its text is overwritten, so that lists of processes show it no longer.
int run(int argc, char** argv, std::stop_token stop);

}  // namespace starkeep::cli
