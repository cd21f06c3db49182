// SPDX-License-Identifier: Apache-2.0
#include "cli/log_gaps.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/point_json.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"

#include <string>
#include <vector>

namespace starkeep::cli {

namespace {

constexpr const char* kBringBack =
    "Bring the object back from a copy of the repository, or give it up with starkeep repo repair.";

std::string written(const repository::LogGap& gap)
{
    if (gap.after_time.empty() && gap.until_time.empty()) {
        return {};
    }
    if (gap.after_time.empty()) {
        return "; written before " + gap.until_time;
    }
    if (gap.until_time.empty()) {
        return "; written after " + gap.after_time;
    }
    return "; written between " + gap.after_time + " and " + gap.until_time;
}

}  // namespace

std::string describe(const repository::LogGap& gap)
{
    return gap.reason + written(gap);
}

void warn_of_gaps(const std::vector<repository::LogGap>& gaps)
{
    for (const repository::LogGap& gap : gaps) {
        warn("the log cannot be read in full: " + describe(gap));
    }
    if (!gaps.empty()) {
        warn(
            "a restore point of that time may be missing, or a forgotten one be there; what is "
            "there can be read. Backups, forget and prune refuse meanwhile. " +
            std::string(kBringBack)
        );
    }
}

Result<repository::Point> sure_point(
    const Result<repository::Point>& found,
    const std::string& name,
    const std::vector<repository::LogGap>& gaps
)
{
    if (gaps.empty()) {
        return found;
    }
    if (!found.ok() && found.error().code() == ErrorCode::NotFound) {
        return Error{
            ErrorCode::Corrupt,
            found.error().message() + " in what can be read of the log: " + describe(gaps[0]),
            kBringBack
        };
    }
    if (found.ok() && name == "latest" && gaps.back().first > found->sequence) {
        return Error{
            ErrorCode::Corrupt,
            "which restore point is the latest cannot be told: " + describe(gaps.back()),
            "The newest that can be read is " + short_id(*found) + " of " + found->time +
                "; give its id to use it."
        };
    }
    return found;
}

Outcome outcome_over_gaps(const repository::Repository& repository, Outcome outcome)
{
    return outcome == Outcome::Done && !repository.log_gaps().empty() ? Outcome::LeftOut : outcome;
}

}  // namespace starkeep::cli
