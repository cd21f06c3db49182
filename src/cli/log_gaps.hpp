// SPDX-License-Identifier: Apache-2.0
// What a verb that only reads says, and ends with, when the repository's log cannot be read in full.
#pragma once

#include "base/result.hpp"
#include "cli/context.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"

#include <string>
#include <vector>

namespace starkeep::cli {

/// "c/0000000000000003: …; it was written between … and …"
std::string describe(const repository::LogGap& gap);

/// Warns of what Repository::points() could not read.
void warn_of_gaps(const std::vector<repository::LogGap>& gaps);

/// `found`, unless what cannot be read of the log makes it doubtful: "latest" behind whose entry something is lost, or
/// a point that is not found and may be told by what is lost.
/// Errors: Corrupt in these cases.
Result<repository::Point> sure_point(
    const Result<repository::Point>& found,
    const std::string& name,
    const std::vector<repository::LogGap>& gaps
);

/// How a verb ends that went well: something was left out when the log was not read in full.
Outcome outcome_over_gaps(const repository::Repository& repository, Outcome outcome);

}  // namespace starkeep::cli
