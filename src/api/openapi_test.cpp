// SPDX-License-Identifier: Apache-2.0
#include "api/openapi.hpp"
#include "api/route.hpp"
#include "json/json.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace starkeep::api {
namespace {

void collect_references(const Json& value, std::set<std::string>& found)
{
    if (value.is_object()) {
        for (const auto& [key, member] : value.items()) {
            if (key == "$ref") {
                found.insert(member.get<std::string>());
            } else {
                collect_references(member, found);
            }
        }
    } else if (value.is_array()) {
        for (const Json& element : value) {
            collect_references(element, found);
        }
    }
}

TEST(Openapi, DescribesEveryRouteOnceWithAnIdOfItsOwn)
{
    const Json document = openapi_document();
    std::set<std::string> ids;

    for (const Route& route : routes()) {
        EXPECT_TRUE(ids.insert(std::string(route.id)).second) << route.id;
        EXPECT_NE(route.handle, nullptr) << route.id;
        EXPECT_TRUE(document["paths"].contains(std::string(route.path))) << route.path;
    }
}

TEST(Openapi, RefersOnlyToSchemasThatItHas)
{
    const Json document = openapi_document();
    std::set<std::string> references;
    collect_references(document, references);

    for (const std::string& reference : references) {
        const std::string name = reference.substr(reference.rfind('/') + 1);
        EXPECT_TRUE(document["components"]["schemas"].contains(name)) << reference;
    }
}

}  // namespace
}  // namespace starkeep::api
