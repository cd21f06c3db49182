// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/tags.hpp"

#include "azure/arm/resource_id.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <string_view>

namespace starkeep::azure::arm {

namespace {

/// What the strictest kinds of resource take: virtual machines (count) and storage accounts (names).
constexpr std::size_t kMostTags = 15;
constexpr std::size_t kLongestName = 128;
constexpr std::size_t kLongestValue = 256;
constexpr std::string_view kForbidden = "<>%&\\?/";

}  // namespace

bool TagNameLess::operator()(std::string_view left, std::string_view right) const
{
    return lower_case(left) < lower_case(right);
}

bool has_tag(const Tags& tags, std::string_view name, std::string_view value)
{
    const auto found = tags.find(name);
    return found != tags.end() && found->second == value;
}

Result<void> check_tags(const Tags& tags)
{
    if (tags.size() > kMostTags) {
        return Error{
            ErrorCode::InvalidInput,
            "more than 15 tags for one resource",
            "Azure takes 15 on a virtual machine."
        };
    }
    for (const auto& [name, value] : tags) {
        if (name.empty() || name.size() > kLongestName ||
            name.find_first_of(kForbidden) != std::string_view::npos) {
            return Error{
                ErrorCode::InvalidInput,
                "\"" + name + "\" cannot be the name of a tag",
                "A name has 1 to 128 characters and none of <>%&\\?/."
            };
        }
        if (value.size() > kLongestValue) {
            return Error{
                ErrorCode::InvalidInput, "the value of tag \"" + name + "\" is longer than 256"
            };
        }
    }
    return {};
}

Json to_json(const Tags& tags)
{
    Json json = Json::object();
    for (const auto& [name, value] : tags) {
        json[name] = value;
    }
    return json;
}

}  // namespace starkeep::azure::arm
