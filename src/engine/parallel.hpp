// SPDX-License-Identifier: Apache-2.0
// Several workers on one list of tasks; the first failure ends all of them.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <functional>
#include <stop_token>

namespace starkeep::engine {

/// What one worker does: opens what it needs once, then takes task numbers from `take` until it answers `count`.
using Worker =
    std::function<Result<void>(const std::function<std::size_t()>& take, std::stop_token stop)>;

/// Runs `workers` threads over the tasks 0 … count − 1; each number is handed out once, in ascending order.
/// Errors: the first one that a worker returned; the others are then asked to stop. Cancelled when `stop` is requested.
Result<void>
run_workers(unsigned workers, std::size_t count, std::stop_token stop, const Worker& worker);

}  // namespace starkeep::engine
