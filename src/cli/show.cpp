// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/log_gaps.hpp"
#include "cli/output.hpp"
#include "cli/point_json.hpp"
#include "cli/repository_access.hpp"
#include "engine/point_reader.hpp"
#include "engine/typed_name.hpp"
#include "json/json.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::cli {

namespace {

struct ShowOptions {
    std::string point;
    std::string source;
};

void print_point(const repository::Point& point, const std::vector<repository::Manifest>& manifests)
{
    print(fmt::format("point        {}", point.id.hex()));
    print(fmt::format("source       {} ({})", point.source, point.kind));
    print(fmt::format("time         {}", point.time));
    print(fmt::format("consistency  {}", point.consistency));
    for (const auto& [key, value] : point.labels) {
        print(fmt::format("label        {}={}", key, value));
    }
    print(fmt::format(
        "sizes        {} read, {} new, {} stored",
        format_bytes(point.bytes_read),
        format_bytes(point.bytes_new),
        format_bytes(point.bytes_stored)
    ));
    print("");
    Table table(
        {{.title = "DATABASE"},
         {.title = "OBJECT"},
         {.title = "KIND"},
         {.title = "ROWS", .right = true},
         {.title = "SIZE", .right = true},
         {.title = "DIGEST"}}
    );
    for (const repository::Manifest& manifest : manifests) {
        for (const repository::ManifestObject& object : manifest.objects) {
            table.add(
                {engine::typed_part(manifest.database),
                 object.name,
                 object.kind,
                 format_count(engine::counted_rows(manifest, object)),
                 format_bytes(object.bytes),
                 object.digest.hex()}
            );
        }
    }
    table.print();
    for (const repository::Manifest& manifest : manifests) {
        for (const std::string& name : manifest.left_out) {
            print(fmt::format(
                "not in the backup: {}: {}", engine::typed_part(manifest.database), name
            ));
        }
    }
}

Json to_document(const repository::Point& point, const std::vector<repository::Manifest>& manifests)
{
    Json document = to_json(point);
    document["objects"] = Json::array();
    document["left_out"] = Json::array();
    for (const repository::Manifest& manifest : manifests) {
        for (const repository::ManifestObject& object : manifest.objects) {
            document["objects"].push_back(to_json(object, manifest));
        }
        for (const std::string& name : manifest.left_out) {
            document["left_out"].push_back(engine::typed_part(manifest.database) + ": " + name);
        }
    }
    return document;
}

Result<Outcome> show(const Context& context, const ShowOptions& options)
{
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(
        const repository::Point point, find_point(*opened.repository, options.point, options.source)
    );
    std::vector<repository::Manifest> manifests;
    for (const repository::PointDatabase& database : point.databases) {
        TRY_LET(repository::Manifest manifest, engine::read_manifest(*opened.repository, database));
        manifests.push_back(std::move(manifest));
    }
    if (context.json) {
        print_json(to_document(point, manifests));
    } else {
        print_point(point, manifests);
    }
    return outcome_over_gaps(*opened.repository, Outcome::Done);
}

}  // namespace

void add_show(CLI::App& app, Context& context)
{
    CLI::App* command = add_command(app, "show", "What a restore point holds, and what not");
    const auto options = std::make_shared<ShowOptions>();
    command->add_option("POINT", options->point, "Id, unique prefix of one, or latest")->required();
    add_source_option(*command, options->source, "Whose latest");
    command->callback([&context, options] {
        context.command = [&context, options] {
            return show(context, *options);
        };
    });
}

}  // namespace starkeep::cli
