// SPDX-License-Identifier: Apache-2.0
// Which handler answers which method and path, which api-versions it knows, which right it asks for.
#pragma once

#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

class Plane;

/// Under the plane's lock.
using Handler = Answer (*)(Plane& plane, const Call& call);

struct Route {
    std::string method;
    /// {S} and {RG} at the start stand for subscription and resource group; {name} for one part; "{scope...}" for the start
    /// of any id.
    std::string path;
    std::string operation;
    Handler handler = nullptr;
    /// The right, where it does not follow from method and path.
    std::string action{};
};

struct RouteMatch {
    const Route* route = nullptr;
    std::map<std::string, std::string> parameters{};
};

class Router {
public:
    explicit Router(std::vector<Route> routes);

    /// `parts` of the path, decoded. Nothing when no route is of that shape.
    std::optional<RouteMatch>
    find(std::string_view method, const std::vector<std::string>& parts) const;
    /// Whether some route with another method has the path.
    bool knows_path(const std::vector<std::string>& parts) const;

private:
    struct Compiled {
        Route route;
        std::vector<std::string> parts;
    };
    std::vector<Compiled> routes_;
};

/// The namespace that serves the path: the last one in it; Microsoft.Resources where none is named.
std::string provider_of(const std::vector<std::string>& parts);

/// "Microsoft.Network/virtualNetworks/subnets": the namespace and every fixed part after it.
std::string type_of(const Route& route);

/// "Microsoft.Network/virtualNetworks/subnets/write"
std::string action_of(const Route& route);

/// Refused with the versions that are known; nothing when it is one of them. Source: azure README 0.
std::optional<Answer> check_api_version(std::string_view provider, std::string_view api_version);

}  // namespace starkeep::localcloud
