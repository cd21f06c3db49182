// SPDX-License-Identifier: Apache-2.0
#include "appliance/policy.hpp"

#include "appliance/fields.hpp"
#include "appliance/schedule.hpp"
#include "appliance/subjects.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/points.hpp"
#include "json/json.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::appliance {

namespace {

constexpr std::array<std::string_view, 2> kTiers = {"continuous-7-days", "continuous-30-days"};
constexpr std::uint64_t kMostJobs = 256;
constexpr std::uint64_t kMostKept = 100000;

/// off, or absent: nothing. on: an empty object. Otherwise what is there.
Result<std::optional<Json>> part(Fields& fields, std::string_view key)
{
    const Json* value = fields.value(key);
    if (value == nullptr || (value->is_boolean() && !value->get<bool>())) {
        return std::optional<Json>();
    }
    if (value->is_boolean()) {
        return std::optional<Json>(Json::object());
    }
    if (value->is_string()) {
        return std::optional<Json>(Json{{"name", value->get_ref<const std::string&>()}});
    }
    return std::optional<Json>(*value);
}

Result<NativePart> parse_native(const Json& body)
{
    NativePart native;
    TRY_LET(Fields fields, Fields::of(body, "policy.native"));
    TRY_LET(const std::optional<std::string> tier, fields.text("tier"));
    TRY_LET(const std::optional<bool> shorter, fields.boolean("allow_shorter"));
    TRY(fields.finish());
    native.allow_shorter = shorter.value_or(false);
    if (tier && *tier == kTiers[0]) {
        native.tier = NativeTier::Continuous7Days;
    } else if (tier && *tier != kTiers[1]) {
        return Error{
            ErrorCode::InvalidInput,
            "policy.native.tier \"" + *tier + "\" is not known",
            "It is continuous-7-days or continuous-30-days."
        };
    }
    return native;
}

Result<RepositoryPart> parse_part(const Json& body)
{
    RepositoryPart part;
    TRY_LET(Fields fields, Fields::of(body, "policy.repository"));
    TRY_LET(part.name, fields.required("name"));
    TRY_LET(const std::optional<std::uint64_t> jobs, fields.number("jobs", kMostJobs));
    TRY_LET(part.include, fields.texts("include"));
    TRY_LET(part.exclude, fields.texts("exclude"));
    TRY_LET(const std::optional<bool> full, fields.boolean("full"));
    TRY(fields.finish());
    if (jobs && *jobs == 0) {
        return Error{ErrorCode::InvalidInput, "policy.repository.jobs must be 1 or more"};
    }
    part.jobs = static_cast<unsigned>(jobs.value_or(part.jobs));
    part.full = full.value_or(false);
    return part;
}

Result<engine::Retention> parse_retention(const Json& body)
{
    engine::Retention retention;
    TRY_LET(Fields fields, Fields::of(body, "policy.retention"));
    const std::array<std::pair<std::string_view, unsigned*>, 5> rules = {{
        {"keep_last", &retention.last},
        {"keep_daily", &retention.daily},
        {"keep_weekly", &retention.weekly},
        {"keep_monthly", &retention.monthly},
        {"keep_yearly", &retention.yearly},
    }};
    for (const auto& [key, count] : rules) {
        TRY_LET(const std::optional<std::uint64_t> number, fields.number(key, kMostKept));
        *count = static_cast<unsigned>(number.value_or(0));
    }
    TRY(fields.finish());
    return retention;
}

Json to_json(const engine::Retention& retention)
{
    return {
        {"keep_last", retention.last},
        {"keep_daily", retention.daily},
        {"keep_weekly", retention.weekly},
        {"keep_monthly", retention.monthly},
        {"keep_yearly", retention.yearly}
    };
}

Json to_json(const Policy& policy)
{
    Json document = {
        {"sources", policy.sources},
        {"enabled", policy.enabled},
        {"native", false},
        {"repository", false},
        {"schedule", policy.schedule ? appliance::to_json(*policy.schedule) : Json()},
        {"retention", to_json(policy.retention)},
        {"keep_worker", policy.keep_worker}
    };
    if (policy.native) {
        document["native"] = {
            {"tier", std::string(kTiers.at(static_cast<std::size_t>(policy.native->tier)))},
            {"allow_shorter", policy.native->allow_shorter}
        };
    }
    if (policy.repository) {
        document["repository"] = {
            {"name", policy.repository->name},
            {"jobs", policy.repository->jobs},
            {"include", policy.repository->include},
            {"exclude", policy.repository->exclude},
            {"full", policy.repository->full}
        };
    }
    return document;
}

}  // namespace

Result<Policy> read_policy(const Json& document)
{
    Policy policy;
    TRY_LET(Fields fields, Fields::of(document, "policy"));
    TRY_LET(policy.sources, fields.texts("sources"));
    TRY_LET(const std::optional<bool> enabled, fields.boolean("enabled"));
    TRY_LET(const std::optional<bool> keep, fields.boolean("keep_worker"));
    policy.enabled = enabled.value_or(true);
    policy.keep_worker = keep.value_or(false);
    TRY_LET(const std::optional<Json> native, part(fields, "native"));
    if (native) {
        TRY_LET(policy.native, parse_native(*native));
    }
    TRY_LET(const std::optional<Json> repository, part(fields, "repository"));
    if (repository) {
        TRY_LET(policy.repository, parse_part(*repository));
    }
    if (const Json* schedule = fields.value("schedule")) {
        TRY_LET(policy.schedule, parse_schedule(*schedule));
    }
    if (const Json* retention = fields.value("retention")) {
        TRY_LET(policy.retention, parse_retention(*retention));
    }
    TRY(fields.finish());
    if (policy.sources.empty()) {
        return Error{ErrorCode::InvalidInput, "policy.sources names no source"};
    }
    if (!policy.native && !policy.repository) {
        return Error{
            ErrorCode::InvalidInput,
            "policy has neither a native nor a repository part",
            "Turn one of them on."
        };
    }
    return policy;
}

Result<Parsed> parse_policy(const Json& body)
{
    TRY_LET(const Policy policy, read_policy(body));
    Parsed parsed{.document = to_json(policy)};
    for (const std::string& source : policy.sources) {
        parsed.references.emplace_back("sources", source);
    }
    if (policy.repository) {
        parsed.references.emplace_back("repositories", policy.repository->name);
    }
    return parsed;
}

}  // namespace starkeep::appliance
