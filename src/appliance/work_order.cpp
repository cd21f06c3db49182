// SPDX-License-Identifier: Apache-2.0
#include "appliance/work_order.hpp"

#include "appliance/fields.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/open.hpp"
#include "source/writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::appliance {

namespace {

constexpr std::uint64_t kMostJobs = 256;

Result<bool> flag(Fields& fields, std::string_view key)
{
    TRY_LET(const std::optional<bool> value, fields.boolean(key));
    return value.value_or(false);
}

Result<std::string> optional_text(Fields& fields, std::string_view key)
{
    TRY_LET(const std::optional<std::string> value, fields.text(key));
    return value.value_or("");
}

}  // namespace

Result<RestoreOrder> parse_restore_order(const Json& body)
{
    RestoreOrder order;
    TRY_LET(Fields fields, Fields::of(body, "restore"));
    TRY_LET(order.repository, optional_text(fields, "repository"));
    TRY_LET(order.point, fields.required("point"));
    TRY_LET(order.source, optional_text(fields, "source"));
    TRY_LET(order.target, fields.required("target"));
    TRY_LET(order.include, fields.texts("include"));
    TRY_LET(order.exclude, fields.texts("exclude"));
    TRY_LET(order.renames, fields.texts("renames"));
    TRY_LET(const std::optional<std::string> if_exists, fields.text("if_exists"));
    TRY_LET(const std::optional<std::uint64_t> jobs, fields.number("jobs", kMostJobs));
    TRY_LET(order.dry_run, flag(fields, "dry_run"));
    TRY_LET(order.verify, flag(fields, "verify"));
    TRY(fields.text("target_password"));
    TRY(fields.finish());
    order.if_exists = if_exists.value_or("fail");
    TRY(parse_if_exists(order.if_exists));
    if (jobs && *jobs == 0) {
        return Error{ErrorCode::InvalidInput, "restore.jobs must be 1 or more"};
    }
    order.jobs = static_cast<unsigned>(jobs.value_or(order.jobs));
    if (source::has_password(order.target)) {
        return Error{
            ErrorCode::InvalidInput,
            "restore.target holds a password",
            "Give it as target_password instead; then it is kept encrypted."
        };
    }
    return order;
}

Json to_json(const RestoreOrder& order)
{
    return {
        {"repository", order.repository},
        {"point", order.point},
        {"source", order.source},
        {"target", order.target},
        {"include", order.include},
        {"exclude", order.exclude},
        {"renames", order.renames},
        {"if_exists", order.if_exists},
        {"jobs", order.jobs},
        {"dry_run", order.dry_run},
        {"verify", order.verify}
    };
}

Result<source::IfExists> parse_if_exists(std::string_view word)
{
    if (word == "fail") {
        return source::IfExists::Fail;
    }
    if (word == "skip") {
        return source::IfExists::Skip;
    }
    if (word == "replace") {
        return source::IfExists::Replace;
    }
    if (word == "merge") {
        return source::IfExists::Merge;
    }
    return Error{
        ErrorCode::InvalidInput,
        "if_exists \"" + std::string(word) + "\" is not known",
        "It is fail, skip, replace or merge."
    };
}

}  // namespace starkeep::appliance
