// SPDX-License-Identifier: Apache-2.0
// Steps at the server by several connections at once, none beside another that would wait for its locks.
#pragma once

#include "base/result.hpp"
#include "source/postgres/connection.hpp"

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

struct ParallelStep {
    std::set<std::string> alone;   ///< tables that no other step may use meanwhile
    std::set<std::string> shared;  ///< tables that others may share
    std::set<std::size_t> after;   ///< steps, earlier in the list, that must be done first
    std::function<Result<void>(ServerConnection&)> run;
};

/// Runs all steps on `connections`, one thread each, earlier ones first where locks allow.
/// Errors: the first failure of a step; the others that run are waited for, no more are begun.
Result<void>
run_in_parallel(std::vector<ServerConnection>& connections, const std::vector<ParallelStep>& steps);

}  // namespace starkeep::source::postgres
