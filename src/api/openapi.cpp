// SPDX-License-Identifier: Apache-2.0
#include "api/openapi.hpp"

#include "api/route.hpp"
#include "api/schemas.hpp"
#include "appliance/users.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

namespace starkeep::api {

namespace {

Json reference(std::string_view schema)
{
    return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

Json content(std::string_view schema)
{
    if (schema == "text") {
        return {{"text/plain", {{"schema", {{"type", "string"}}}}}};
    }
    if (schema == "document") {
        return {{"application/json", {{"schema", {{"type", "object"}}}}}};
    }
    return {{"application/json", {{"schema", reference(schema)}}}};
}

Json parameters(const Route& route)
{
    Json list = Json::array();
    for (std::size_t at = route.path.find('{'); at != std::string_view::npos;
         at = route.path.find('{', at + 1)) {
        const std::size_t end = route.path.find('}', at);
        list.push_back(
            {{"name", std::string(route.path.substr(at + 1, end - at - 1))},
             {"in", "path"},
             {"required", true},
             {"schema", {{"type", "string"}}}}
        );
    }
    for (const std::string_view key : route.query) {
        list.push_back(
            {{"name", std::string(key)},
             {"in", "query"},
             {"required", false},
             {"schema", {{"type", "string"}}}}
        );
    }
    return list;
}

Json describe(const Route& route)
{
    Json success = {{"description", "done"}};
    if (!route.response.empty()) {
        success["content"] = content(route.response);
    }
    Json operation = {
        {"operationId", std::string(route.id)},
        {"summary", std::string(route.summary)},
        {"responses",
         {{std::to_string(route.status), success},
          {"default",
           {{"description", "what went wrong, whose it is and what helps"},
            {"content", content("Error")}}}}}
    };
    if (Json list = parameters(route); !list.empty()) {
        operation["parameters"] = list;
    }
    if (!route.request.empty()) {
        operation["requestBody"] = {{"required", true}, {"content", content(route.request)}};
    }
    if (route.role) {
        operation["description"] =
            "Needs the role " + std::string(appliance::name(*route.role)) + " or a higher one.";
        operation["security"] = Json::array({{{"access_token", Json::array()}}});
    } else {
        operation["security"] = Json::array();
    }
    return operation;
}

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return out;
}

}  // namespace

Json openapi_document()
{
    Json paths = Json::object();
    for (const Route& route : routes()) {
        paths[std::string(route.path)][lower(route.method)] = describe(route);
    }
    return {
        {"openapi", "3.1.0"},
        {"info",
         {{"title", "Starkeep appliance"},
          {"version", STARKEEP_VERSION},
          {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
        {"paths", paths},
        {"components",
         {{"schemas", schemas()},
          {"securitySchemes", {{"access_token", {{"type", "http"}, {"scheme", "bearer"}}}}}}}
    };
}

}  // namespace starkeep::api
