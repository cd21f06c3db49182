// SPDX-License-Identifier: Apache-2.0
// Tags of a resource: names without case, values with it.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <map>
#include <string>
#include <string_view>

namespace starkeep::azure::arm {

struct TagNameLess {
    using is_transparent = void;
    bool operator()(std::string_view left, std::string_view right) const;
};

using Tags = std::map<std::string, std::string, TagNameLess>;

/// Whether the tag is there with this very value.
bool has_tag(const Tags& tags, std::string_view name, std::string_view value);

/// Errors: InvalidInput, naming the tag, for what Azure refuses on every resource: more than 15 tags, a name empty or longer
/// than 128 or with one of <>%&\?/, a value longer than 256.
Result<void> check_tags(const Tags& tags);

Json to_json(const Tags& tags);

}  // namespace starkeep::azure::arm
