// SPDX-License-Identifier: Apache-2.0
#include "repository/manifest.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "json/json.hpp"
#include "repository/model.hpp"

#include <fmt/core.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

Json references_to_json(const std::vector<Reference>& references)
{
    Json out = Json::array();
    for (const Reference& reference : references) {
        out.push_back(to_json(reference));
    }
    return out;
}

Result<std::vector<Reference>> get_references(const Json& object, std::string_view member)
{
    TRY_LET(const Json array, json::get_array(object, member));
    std::vector<Reference> references;
    references.reserve(array.size());
    for (const Json& element : array) {
        Result<Reference> reference = reference_from_json(element);
        if (!reference.ok()) {
            return std::move(reference).error().during(fmt::format("\"{}\"", member));
        }
        references.push_back(*reference);
    }
    return references;
}

Json object_to_json(const ManifestObject& object)
{
    Json columns = Json::array();
    for (const auto& [name, type] : object.columns) {
        columns.push_back({{"name", name}, {"type", type}});
    }
    Json json{
        {"name", object.name},
        {"kind", object.kind},
        {"row_form", object.row_form},
        {"columns", std::move(columns)},
        {"rows", object.rows},
        {"bytes", object.bytes},
        {"digest", object.digest.hex()},
        {"guard", object.guard},
        {"facts", object.facts},
    };
    if (object.generation) {
        json["generation"] = *object.generation;
    }
    json["segments"] = references_to_json(object.segments);
    return json;
}

/// Any JSON, but it must be there: an absent guard must not look like an empty one.
Result<Json> get_any(const Json& object, std::string_view member)
{
    const auto found = object.find(member);
    if (found == object.end()) {
        return Error{ErrorCode::Corrupt, fmt::format("member \"{}\" is missing", member)};
    }
    return *found;
}

Result<ManifestObject> object_from_json(const Json& json)
{
    ManifestObject object;
    TRY_LET(object.name, json::get_string(json, "name"));
    TRY_LET(object.kind, json::get_string(json, "kind"));
    TRY_LET(object.row_form, json::get_string(json, "row_form"));
    TRY_LET(const Json columns, json::get_array(json, "columns"));
    for (const Json& column : columns) {
        TRY_LET(std::string name, json::get_string(column, "name"));
        TRY_LET(std::string type, json::get_string(column, "type"));
        object.columns.emplace_back(std::move(name), std::move(type));
    }
    TRY_LET(object.rows, json::get_unsigned(json, "rows"));
    TRY_LET(object.bytes, json::get_unsigned(json, "bytes"));
    TRY_LET(const std::string digest, json::get_string(json, "digest"));
    const std::optional<codec::Digest> parsed = codec::Digest::from_hex(digest);
    if (!parsed) {
        return Error{ErrorCode::Corrupt, "\"digest\" is no digest"};
    }
    object.digest = *parsed;
    TRY_LET(object.guard, get_any(json, "guard"));
    TRY_LET(object.facts, get_any(json, "facts"));
    if (json.contains("generation")) {
        TRY_LET(object.generation, json::get_unsigned(json, "generation"));
    }
    TRY_LET(object.segments, get_references(json, "segments"));
    return object;
}

Result<Manifest> manifest_from_json(const Json& json)
{
    Manifest manifest;
    TRY_LET(manifest.database, json::get_string(json, "database"));
    TRY_LET(manifest.definitions, get_references(json, "definitions"));
    TRY_LET(manifest.facts, get_any(json, "facts"));
    TRY_LET(const Json left_out, json::get_array(json, "left_out"));
    for (const Json& reason : left_out) {
        if (!reason.is_string()) {
            return Error{ErrorCode::Corrupt, "\"left_out\" holds something that is no text"};
        }
        manifest.left_out.push_back(reason.get<std::string>());
    }
    TRY_LET(const Json objects, json::get_array(json, "objects"));
    manifest.objects.reserve(objects.size());
    for (const Json& element : objects) {
        TRY_LET(ManifestObject object, object_from_json(element));
        manifest.objects.push_back(std::move(object));
    }
    return manifest;
}

}  // namespace

std::string encode_manifest(const Manifest& manifest)
{
    Json objects = Json::array();
    for (const ManifestObject& object : manifest.objects) {
        objects.push_back(object_to_json(object));
    }
    const Json json = {
        {"database", manifest.database},
        {"definitions", references_to_json(manifest.definitions)},
        {"facts", manifest.facts},
        {"left_out", manifest.left_out},
        {"objects", std::move(objects)},
    };
    return json::format(json);
}

Result<Manifest> decode_manifest(std::string_view text)
{
    TRY_LET(const Json json, json::parse(text));
    Result<Manifest> manifest = manifest_from_json(json);
    if (!manifest.ok()) {
        return std::move(manifest).error().during("manifest");
    }
    return manifest;
}

}  // namespace starkeep::repository
