// SPDX-License-Identifier: Apache-2.0
// A started program and our ends of its streams.
#pragma once

#include "base/result.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

#include <sys/types.h>

namespace starkeep::sys {

struct Spawned {
    pid_t process = -1;  ///< leader of a process group of the same number
    UniqueFd ended;      ///< readable when the program has ended
    UniqueFd output;     ///< does not block
    UniqueFd errors;     ///< does not block
};

/// Errors: NotFound or Denied when the program cannot be started; Unavailable.
/// Thread: the program dies when the calling thread does, so that one must see it end.
Result<Spawned> spawn(const Command& command);

}  // namespace starkeep::sys
