// SPDX-License-Identifier: Apache-2.0
#include "localcloud/fault_plan.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "sys/file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

namespace {

constexpr std::uint64_t kMostBytes = 1U << 20U;
constexpr std::int64_t kLongestDelay = 600000;

/// Between 0 and 1, always the same for seed, fault and call, so that a run can be repeated.
double chance(std::int64_t seed, const std::string& entry, std::uint64_t call)
{
    const auto hash = codec::sha256(as_bytes(fmt::format("{}|{}|{}", seed, entry, call)));
    return static_cast<double>(
               static_cast<std::uint8_t>(hash[0]) * 256 + static_cast<std::uint8_t>(hash[1])
           ) /
           65536.0;
}

bool is_meant(
    const Json& entry, std::string_view provider, std::string_view operation, std::string_view path
)
{
    const std::string wanted = text_at(entry, "operation");
    const std::string wanted_path = text_at(entry, "path");
    return (wanted.empty() || matches_pattern(wanted, operation) ||
            matches_pattern(wanted, fmt::format("{}/{}", provider, operation))) &&
           (wanted_path.empty() || matches_pattern(wanted_path, path));
}

bool is_due(const Json& entry, std::int64_t seed, const std::string& text, std::uint64_t call)
{
    const auto first =
        static_cast<std::uint64_t>(std::max<std::int64_t>(1, number_at(entry, "call").value_or(1)));
    const auto times =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_at(entry, "times").value_or(1))
        );
    if (call < first || (times != 0 && call - first >= times)) {
        return false;
    }
    const Json& probability = at(entry, "probability");
    return !probability.is_number() || chance(seed, text, call) < probability.get<double>();
}

Answer planned_answer(const Json& answer)
{
    const int status = static_cast<int>(
        std::clamp<std::int64_t>(number_at(answer, "status").value_or(500), 100, 599)
    );
    const std::string code = text_at(answer, "code");
    const std::string message = text_at(answer, "message");
    Answer out = flag_at(answer, "is_bare") ? bare_refusal(status, code, message)
                                            : refusal(status, code, message);
    if (has(answer, "body")) {
        out.body = at(answer, "body");
    }
    if (const auto seconds = number_at(answer, "retry_after")) {
        out.headers.set("Retry-After", std::to_string(*seconds));
    }
    return out;
}

void add(Fault& fault, const Json& entry)
{
    fault.delay += std::chrono::milliseconds(
        std::clamp<std::int64_t>(number_at(entry, "delay_ms").value_or(0), 0, kLongestDelay)
    );
    fault.never_ends = fault.never_ends || flag_at(entry, "never_ends");
    if (has(entry, "answer") && !fault.answer) {
        fault.answer = planned_answer(at(entry, "answer"));
    }
    if (has(entry, "late_failure") && !fault.late_failure) {
        fault.late_failure = at(entry, "late_failure");
    }
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text)
{
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) {
        return is_same(pattern, text);
    }
    if (!begins_with(text, pattern.substr(0, star))) {
        return false;
    }
    const std::string_view rest = pattern.substr(star + 1);
    for (std::size_t i = star; i <= text.size(); ++i) {
        if (matches_pattern(rest, text.substr(i))) {
            return true;
        }
    }
    return false;
}

std::uint64_t FaultPlan::count(const std::string& entry)
{
    const MutexLock lock(mutex_);
    return ++calls_[entry];
}

Result<Fault>
FaultPlan::next(std::string_view provider, std::string_view operation, std::string_view path)
{
    Fault fault;
    if (file_.empty()) {
        return fault;
    }
    const auto file = sys::read_file(file_, kMostBytes);
    if (!file.ok() && file.error().code() == ErrorCode::NotFound) {
        return fault;
    }
    if (!file.ok()) {
        return file.error();
    }
    TRY_LET(const Json plan, json::parse(as_text(*file)));
    const std::int64_t seed = number_at(plan, "seed").value_or(0);
    for (const Json& entry : list_at(plan, "faults")) {
        const std::string text = json::format(entry);
        if (is_meant(entry, provider, operation, path) && is_due(entry, seed, text, count(text))) {
            add(fault, entry);
        }
    }
    return fault;
}

}  // namespace starkeep::localcloud
