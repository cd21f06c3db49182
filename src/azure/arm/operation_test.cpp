// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/operation.hpp"
#include "azure/authorization/permissions.hpp"
#include "base/bytes.hpp"
#include "json/json.hpp"
#include "sys/file.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace starkeep::azure::arm {
namespace {

constexpr std::uint64_t kLargestPage = 1U << 20U;

/// What stands between `<!-- name -->` and `<!-- end of name -->`.
std::string section(const std::string& page, const std::string& name)
{
    const std::string begin = "<!-- " + name + " -->\n";
    const std::size_t from = page.find(begin);
    const std::size_t to = page.find("<!-- end of " + name + " -->");
    return from == std::string::npos || to == std::string::npos
               ? std::string()
               : page.substr(from + begin.size(), to - from - begin.size());
}

std::string azure_page()
{
    const auto content =
        sys::read_file(STARKEEP_SOURCE_DIR "/docs/operations/azure.md", kLargestPage);
    return content.ok() ? std::string(as_text(*content)) : std::string();
}

TEST(Operations, HaveSymbolsOfTheirOwnAndWholeRows)
{
    std::set<std::string_view> symbols;
    for (const Operation& operation : operations()) {
        SCOPED_TRACE(operation.symbol);
        EXPECT_TRUE(symbols.insert(operation.symbol).second);
        EXPECT_EQ(find_operation(operation.symbol)->id, operation.id);
        EXPECT_TRUE(full_path(operation).starts_with("/"));
        EXPECT_FALSE(operation.what.empty());
        EXPECT_EQ(operation.final_state == FinalState::None, operation.limit.count() == 0);
    }
    EXPECT_EQ(find_operation("Nothing"), nullptr);
}

TEST(Operations, AreTheOnesThatTheDocumentationLists)
{
    std::string table = "| call | request | version |\n| --- | --- | --- |\n";
    for (const Operation& operation : operations()) {
        table += "| " + std::string(operation.id) + " | `" + std::string(operation.method) + " " +
                 std::string(operation.path) + "` | " + std::string(operation.api_version) + " |\n";
    }

    EXPECT_EQ(section(azure_page(), "calls"), table);
}

TEST(Operations, NeedTheRoleThatTheDocumentationShows)
{
    const std::string role = authorization::custom_role("{subscriptionId}").dump(2);

    EXPECT_EQ(section(azure_page(), "role"), "```json\n" + role + "\n```\n");
}

}  // namespace
}  // namespace starkeep::azure::arm
