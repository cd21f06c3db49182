// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/id.hpp"
#include "json/json.hpp"
#include "repository/fixture_test.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace starkeep::repository {
namespace {

Manifest test_manifest()
{
    const Reference reference{
        .pack = id_of<PackId>(1),
        .offset = 44,
        .stored_bytes = 160,
        .plain_bytes = 100,
        .id = id_of<ContentId>(2)
    };
    Manifest manifest;
    manifest.database = "shop";
    manifest.definitions = {reference, reference};
    manifest.facts = {{"encoding", "UTF8"}};
    manifest.left_out = {"roles and their passwords"};
    ManifestObject object;
    object.name = "public.\"Orders\"";
    object.kind = "table";
    object.row_form = "copy-text";
    object.columns = {{"id", "bigint"}, {"note", "text"}};
    object.rows = ~0ULL;
    object.bytes = 3456;
    object.digest = {.high = 1, .low = 2};
    object.guard = {{"filenode", 16384}};
    object.facts = nullptr;
    object.generation = 7;
    object.segments = {reference};
    manifest.objects = {object};
    return manifest;
}

TEST(Manifest, ComesBackFromItsText)
{
    const std::string text = encode_manifest(test_manifest());

    ASSERT_OK_AND_LET(const Manifest decoded, decode_manifest(text));

    EXPECT_EQ(encode_manifest(decoded), text);
    const Manifest expected = test_manifest();
    EXPECT_EQ(decoded.database, expected.database);
    EXPECT_EQ(decoded.definitions, expected.definitions);
    EXPECT_EQ(decoded.facts, expected.facts);
    EXPECT_EQ(decoded.left_out, expected.left_out);
    ASSERT_EQ(decoded.objects.size(), 1U);
    EXPECT_EQ(decoded.objects[0].columns, expected.objects[0].columns);
    EXPECT_EQ(decoded.objects[0].rows, expected.objects[0].rows);
    EXPECT_EQ(decoded.objects[0].digest, expected.objects[0].digest);
    EXPECT_EQ(decoded.objects[0].guard, expected.objects[0].guard);
    EXPECT_EQ(decoded.objects[0].segments, expected.objects[0].segments);
    EXPECT_EQ(decoded.objects[0].generation, 7U);
}

TEST(Manifest, OfTheOldestRepositoriesTellsNoGenerations)
{
    Manifest manifest = test_manifest();
    manifest.objects[0].generation = std::nullopt;
    const std::string text = encode_manifest(manifest);

    EXPECT_EQ(text.find("generation"), std::string::npos);
    ASSERT_OK_AND_LET(const Manifest decoded, decode_manifest(text));
    EXPECT_EQ(decoded.objects[0].generation, std::nullopt);
}

TEST(Manifest, HasTheMembersOfTheFormatInItsOrder)
{
    Manifest manifest = test_manifest();
    manifest.definitions.clear();
    manifest.objects[0].segments.clear();

    EXPECT_EQ(
        encode_manifest(manifest),
        R"({"database":"shop","definitions":[],"facts":{"encoding":"UTF8"},"left_out":["roles and their passwords"],)"
        R"("objects":[{"name":"public.\"Orders\"","kind":"table","row_form":"copy-text",)"
        R"("columns":[{"name":"id","type":"bigint"},{"name":"note","type":"text"}],)"
        R"("rows":18446744073709551615,"bytes":3456,"digest":"00000000000000010000000000000002",)"
        R"("guard":{"filenode":16384},"facts":null,"generation":7,"segments":[]}]})"
    );
}

TEST(Manifest, IgnoresMembersThatItDoesNotKnow)
{
    ASSERT_OK_AND_LET(Json json, json::parse(encode_manifest(test_manifest())));
    json["later"] = 1;
    json["objects"][0]["later"] = Json::array();

    EXPECT_OK(decode_manifest(json::format(json)));
}

TEST(Manifest, NamesTheMemberThatIsMissingOrOfAnotherType)
{
    for (const char* member : {"database", "definitions", "facts", "left_out", "objects"}) {
        SCOPED_TRACE(member);
        ASSERT_OK_AND_LET(Json json, json::parse(encode_manifest(test_manifest())));
        json.erase(member);
        const auto decoded = decode_manifest(json::format(json));
        EXPECT_ERROR(decoded, ErrorCode::Corrupt);
        EXPECT_NE(decoded.error().text().find(member), std::string::npos);
    }
    for (const char* member :
         {"name",
          "kind",
          "row_form",
          "columns",
          "rows",
          "bytes",
          "digest",
          "guard",
          "facts",
          "segments"}) {
        SCOPED_TRACE(member);
        ASSERT_OK_AND_LET(Json json, json::parse(encode_manifest(test_manifest())));
        json["objects"][0].erase(member);
        const auto decoded = decode_manifest(json::format(json));
        EXPECT_ERROR(decoded, ErrorCode::Corrupt);
        EXPECT_NE(decoded.error().text().find(member), std::string::npos);
    }
    for (const char* text : {
             "",
             "[]",
             R"({"database":"shop","definitions":[1],"facts":{},"left_out":[],"objects":[]})",
             R"({"database":"shop","definitions":[],"facts":{},"left_out":[1],"objects":[]})",
             R"({"database":"shop","definitions":[],"facts":{},"left_out":[],"objects":[1]})",
         }) {
        SCOPED_TRACE(text);
        EXPECT_ERROR(decode_manifest(text), ErrorCode::Corrupt);
    }
}

TEST(Manifest, RefusesADigestThatIsNone)
{
    ASSERT_OK_AND_LET(Json json, json::parse(encode_manifest(test_manifest())));
    json["objects"][0]["digest"] = "12";

    EXPECT_ERROR(decode_manifest(json::format(json)), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace starkeep::repository
