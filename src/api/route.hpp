// SPDX-License-Identifier: Apache-2.0
// One operation of the REST API: how it is reached, who may, what it takes and gives. Dispatch and document both come from it.
#pragma once

#include "appliance/appliance.hpp"
#include "appliance/users.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::api {

/// A request on its way to a handler: routed, authenticated, parsed.
struct Call {
    appliance::Appliance& appliance;
    std::map<std::string, std::string, std::less<>> path{};   ///< parameters of the path, decoded
    std::map<std::string, std::string, std::less<>> query{};  ///< only those that the route knows
    Json body{};                                              ///< null when the route takes none
    appliance::Caller caller{};
};

struct Answer {
    int status = 200;
    Json body{};
    /// Instead of JSON: plain text of this content type.
    std::optional<std::string> text{};
    std::string content_type = "application/json";
};

using Handler = Result<Answer> (*)(Call& call);

struct Route {
    std::string_view method;
    std::string_view path;  ///< with {name} for parameters: "/api/v1/accounts/{name}"
    std::string_view id;    ///< operationId
    std::string_view summary;
    std::optional<appliance::Role> role{};  ///< nothing: without an access token
    std::string_view request{};           ///< name of a schema; empty: no body
    std::string_view response{};          ///< likewise; "text" for plain text
    int status = 200;                     ///< of success
    std::vector<std::string_view> query{};
    Handler handle = nullptr;
};

/// All of them. Source of the OpenAPI document.
const std::vector<Route>& routes();

/// The parts of routes().
std::vector<Route> system_routes();
std::vector<Route> catalog_routes();
std::vector<Route> user_routes();
std::vector<Route> session_routes();
std::vector<Route> point_routes();
std::vector<Route> azure_routes();

/// A whole number in a query. Errors: InvalidInput for another text or a number above `most`.
Result<std::uint64_t>
query_number(const Call& call, std::string_view key, std::uint64_t otherwise, std::uint64_t most);

}  // namespace starkeep::api
