// SPDX-License-Identifier: Apache-2.0
// The worker program: arguments, bootstrap, the agent's life.
#pragma once

#include <stop_token>

namespace starkeep::worker {

/// Returns the process exit status: 0 after the appliance said stop, 128 + n after signal n, otherwise that of the error.
int run(int argc, char** argv, std::stop_token stop);

}  // namespace starkeep::worker
