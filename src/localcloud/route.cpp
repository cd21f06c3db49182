// SPDX-License-Identifier: Apache-2.0
#include "localcloud/route.hpp"

#include "localcloud/answer.hpp"
#include "localcloud/resource_id.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::string_view kScope = "{scope...}";

struct Versions {
    std::string_view provider;
    std::string_view oldest;
    std::string_view newest;
};

/// Source: azure README 0, columns "accepted range seen" and "newest GA SDK default"; the oldest is that of the pin's
/// year where no range is given.
constexpr std::array<Versions, 10> kVersions{{
    {"Microsoft.Resources", "2020-06-01", "2025-04-01"},
    {"Microsoft.Network", "2018-09-01", "2026-03-01"},
    {"Microsoft.Compute", "2021-07-01", "2026-04-01"},
    {"Microsoft.Storage", "2023-01-01", "2026-09-01"},
    {"Microsoft.DBforPostgreSQL", "2022-11-08", "2023-03-02-preview"},
    {"Microsoft.DocumentDB", "2021-10-15", "2026-03-15"},
    {"Microsoft.Authorization", "2022-04-01", "2022-04-01"},
    {"Microsoft.ManagedIdentity", "2023-01-31", "2024-11-30"},
    {"Microsoft.ResourceGraph", "2019-04-01", "2024-04-01"},
    {"Microsoft.Insights", "2024-02-01", "2024-02-01"},
}};

std::string expand(std::string_view path)
{
    constexpr std::string_view kGroup = "{RG}";
    constexpr std::string_view kSubscription = "{S}";
    if (path.starts_with(kGroup)) {
        return "subscriptions/{subscription}/resourceGroups/{group}" +
               std::string(path.substr(kGroup.size()));
    }
    if (path.starts_with(kSubscription)) {
        return "subscriptions/{subscription}" + std::string(path.substr(kSubscription.size()));
    }
    return std::string(path);
}

bool is_parameter(std::string_view part)
{
    return part.starts_with('{') && part != kScope;
}

std::optional<std::map<std::string, std::string>>
match(const std::vector<std::string>& pattern, const std::vector<std::string>& parts)
{
    std::map<std::string, std::string> found;
    std::size_t shift = 0;
    if (!pattern.empty() && pattern.front() == kScope) {
        if (parts.size() < pattern.size()) {
            return std::nullopt;
        }
        shift = parts.size() - pattern.size() + 1;
        std::string scope;
        for (std::size_t i = 0; i < shift; ++i) {
            scope += "/" + parts[i];
        }
        found["scope"] = scope;
    }
    const std::size_t first = shift > 0 ? 1 : 0;
    const std::size_t offset = shift > 0 ? shift - 1 : 0;
    if (pattern.size() + offset != parts.size()) {
        return std::nullopt;
    }
    for (std::size_t i = first; i < pattern.size(); ++i) {
        const std::string& given = parts[i + offset];
        if (is_parameter(pattern[i])) {
            found[pattern[i].substr(1, pattern[i].size() - 2)] = given;
        } else if (!is_same(pattern[i], given)) {
            return std::nullopt;
        }
    }
    return found;
}

bool is_version(std::string_view text)
{
    constexpr std::string_view kShape = "dddd-dd-dd";
    if (text.ends_with("-preview")) {
        text.remove_suffix(std::string_view("-preview").size());
    }
    return text.size() == kShape.size() &&
           std::ranges::equal(text, kShape, [](char given, char wanted) {
               return wanted == 'd' ? given >= '0' && given <= '9' : given == wanted;
           });
}

}  // namespace

Router::Router(std::vector<Route> routes)
{
    for (Route& route : routes) {
        std::vector<std::string> parts = split_path(expand(route.path));
        routes_.push_back({.route = std::move(route), .parts = std::move(parts)});
    }
}

std::optional<RouteMatch>
Router::find(std::string_view method, const std::vector<std::string>& parts) const
{
    for (const Compiled& candidate : routes_) {
        if (candidate.route.method == method) {
            if (auto parameters = match(candidate.parts, parts)) {
                return RouteMatch{.route = &candidate.route, .parameters = std::move(*parameters)};
            }
        }
    }
    return std::nullopt;
}

bool Router::knows_path(const std::vector<std::string>& parts) const
{
    return std::ranges::any_of(routes_, [&parts](const Compiled& candidate) {
        return match(candidate.parts, parts).has_value();
    });
}

std::string provider_of(const std::vector<std::string>& parts)
{
    for (std::size_t i = parts.size(); i-- > 1;) {
        if (is_same(parts[i - 1], "providers")) {
            return parts[i];
        }
    }
    return "Microsoft.Resources";
}

std::string type_of(const Route& route)
{
    const std::vector<std::string> parts = split_path(expand(route.path));
    std::string type = "Microsoft.Resources";
    std::size_t start = 0;
    for (std::size_t i = parts.size(); i-- > 1;) {
        if (is_same(parts[i - 1], "providers")) {
            type = parts[i];
            start = i + 1;
            break;
        }
    }
    for (std::size_t i = start; i < parts.size(); ++i) {
        if (!is_parameter(parts[i]) && parts[i] != kScope) {
            type += "/" + parts[i];
        }
    }
    return type;
}

std::string action_of(const Route& route)
{
    if (!route.action.empty()) {
        return route.action;
    }
    const std::string type = type_of(route);
    if (route.method == "PUT" || route.method == "PATCH") {
        return type + "/write";
    }
    if (route.method == "DELETE") {
        return type + "/delete";
    }
    return type + (route.method == "POST" ? "/action" : "/read");
}

std::optional<Answer> check_api_version(std::string_view provider, std::string_view api_version)
{
    if (api_version.empty()) {
        return refusal(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests."
        );
    }
    const auto* const known = std::ranges::find_if(kVersions, [provider](const Versions& versions) {
        return is_same(versions.provider, provider);
    });
    if (known == kVersions.end() ||
        (is_version(api_version) && api_version >= known->oldest && api_version <= known->newest)) {
        return std::nullopt;
    }
    return refusal(
        400,
        "InvalidApiVersionParameter",
        fmt::format(
            "The api-version '{}' is invalid. The supported versions are '{}' to '{}'.",
            api_version,
            known->oldest,
            known->newest
        )
    );
}

}  // namespace starkeep::localcloud
