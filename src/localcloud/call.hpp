// SPDX-License-Identifier: Apache-2.0
// One call of the resource manager, taken apart for its handler.
#pragma once

#include "http/message.hpp"
#include "json/json.hpp"
#include "localcloud/directory.hpp"
#include "localcloud/fault_plan.hpp"

#include <map>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

struct Call {
    std::string operation;  ///< as in operations.tsv
    std::string provider;
    std::string type;  ///< of the resource that the route is about, spelled as Azure does
    std::string method;
    std::string path;  ///< decoded, with single slashes
    std::map<std::string, std::string> parameters{
    };  ///< of the route's template, spelled as they came
    std::map<std::string, std::string> query{};  ///< decoded; names in lower case
    std::string api_version{};
    http::Headers headers{};
    Json body{};  ///< null when there was none
    Principal principal{};
    Fault fault{};

    /// Empty when the template has none of that name.
    std::string parameter(const std::string& name) const
    {
        const auto found = parameters.find(name);
        return found == parameters.end() ? std::string() : found->second;
    }
    std::string asked(const std::string& name) const
    {
        const auto found = query.find(name);
        return found == query.end() ? std::string() : found->second;
    }
    /// "/subscriptions/S/resourceGroups/G", spelled as it came.
    std::string group_id() const
    {
        return "/subscriptions/" + parameter("subscription") + "/resourceGroups/" +
               parameter("group");
    }
};

}  // namespace starkeep::localcloud
