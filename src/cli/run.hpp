// SPDX-License-Identifier: Apache-2.0
// The command line: parse, run one command, tell how it ended.
#pragma once

#include <stop_token>

namespace starkeep::cli {

/// Returns the process exit status of the public contract. `argv` as main got it.
int run(int argc, const char* const* argv, std::stop_token stop);

}  // namespace starkeep::cli
