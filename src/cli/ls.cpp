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
#include "repository/repository.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace starkeep::cli {

namespace {

struct LsOptions {
    std::string path;
    std::string source;
};

/// A table for people and the same as JSON.
struct Listing {
    Table table;
    Json document = Json::array();
};

Result<Listing>
list_databases(const repository::Repository& repository, const repository::Point& point)
{
    Listing listing{
        .table = Table(
            {{.title = "DATABASE"},
             {.title = "OBJECTS", .right = true},
             {.title = "ROWS", .right = true}}
        )
    };
    for (const repository::PointDatabase& database : point.databases) {
        TRY_LET(const repository::Manifest manifest, engine::read_manifest(repository, database));
        std::uint64_t rows = 0;
        for (const repository::ManifestObject& object : manifest.objects) {
            rows += engine::counted_rows(manifest, object);
        }
        const std::string name = engine::typed_part(database.name);
        listing.table.add({name, format_count(manifest.objects.size()), format_count(rows)});
        listing.document.push_back(
            {{"name", name}, {"objects", manifest.objects.size()}, {"rows", rows}}
        );
    }
    return listing;
}

Listing list_objects(const repository::Manifest& manifest)
{
    Listing listing{
        .table = Table(
            {{.title = "OBJECT"},
             {.title = "KIND"},
             {.title = "ROWS", .right = true},
             {.title = "SIZE", .right = true}}
        )
    };
    for (const repository::ManifestObject& object : manifest.objects) {
        listing.table.add(
            {object.name,
             object.kind,
             format_count(engine::counted_rows(manifest, object)),
             format_bytes(object.bytes)}
        );
        listing.document.push_back(to_json(object, manifest));
    }
    return listing;
}

Listing list_columns(const repository::ManifestObject& object)
{
    Listing listing{.table = Table({{.title = "COLUMN"}, {.title = "TYPE"}})};
    for (const auto& [name, type] : object.columns) {
        listing.table.add({name, type});
        listing.document.push_back({{"name", name}, {"type", type}});
    }
    return listing;
}

Result<Listing> list(
    const repository::Repository& repository, const repository::Point& point, const PointPath& path
)
{
    if (!path.database) {
        return list_databases(repository, point);
    }
    TRY_LET(
        const repository::PointDatabase* database, engine::find_database(point, *path.database)
    );
    TRY_LET(const repository::Manifest manifest, engine::read_manifest(repository, *database));
    if (!path.object) {
        return list_objects(manifest);
    }
    TRY_LET(const auto objects, engine::find_objects(manifest, *path.object));
    return list_columns(*objects.front());
}

Result<Outcome> ls(const Context& context, const LsOptions& options)
{
    const PointPath path = parse_point_path(options.path);
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(
        const repository::Point point, find_point(*opened.repository, path.point, options.source)
    );
    TRY_LET(const Listing listing, list(*opened.repository, point, path));
    if (context.json) {
        print_json(listing.document);
    } else {
        listing.table.print();
    }
    return outcome_over_gaps(*opened.repository, Outcome::Done);
}

}  // namespace

void add_ls(CLI::App& app, Context& context)
{
    CLI::App* command =
        add_command(app, "ls", "List databases, objects or columns of a restore point");
    const auto options = std::make_shared<LsOptions>();
    command->add_option("PATH", options->path, "POINT[:DATABASE[/SCHEMA.TABLE]]")->required();
    add_source_option(*command, options->source, "Whose latest");
    command->callback([&context, options] {
        context.command = [&context, options] {
            return ls(context, *options);
        };
    });
}

}  // namespace starkeep::cli
