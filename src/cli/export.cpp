// SPDX-License-Identifier: Apache-2.0
#include "engine/export/export.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/log_gaps.hpp"
#include "cli/output.hpp"
#include "cli/point_json.hpp"
#include "cli/progress_display.hpp"
#include "cli/repository_access.hpp"
#include "cli/usage_error.hpp"
#include "engine/point_reader.hpp"
#include "engine/progress.hpp"
#include "engine/typed_name.hpp"
#include "json/json.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "sys/file.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::cli {

namespace {

struct ExportOptions {
    std::string path;
    std::string source;
    engine::ExportFormat format = engine::ExportFormat::Copy;
    std::string where;
    std::string output;
};

const std::map<std::string, engine::ExportFormat> kFormats = {
    {"copy", engine::ExportFormat::Copy},
    {"csv", engine::ExportFormat::Csv},
    {"ndjson", engine::ExportFormat::Ndjson}
};

Result<engine::ExportRequest> to_request(const Context& context, const ExportOptions& options)
{
    engine::ExportRequest request;
    request.format = options.format;
    request.stop = context.stop;
    if (!options.where.empty()) {
        const std::size_t equals = engine::find_separator(options.where, '=');
        if (equals == std::string::npos || equals == 0) {
            return Error{
                ErrorCode::InvalidInput, "--where \"" + options.where + "\" is not COLUMN=VALUE"
            };
        }
        request.where = {
            engine::parse_part(std::string_view(options.where).substr(0, equals)).text,
            options.where.substr(equals + 1)
        };
    }
    return request;
}

Result<std::uint64_t> write_rows(
    const repository::Repository& repository,
    const std::string& name,
    const std::vector<const repository::ManifestObject*>& objects,
    const engine::ExportRequest& request,
    sys::FileSink& file
)
{
    engine::Progress progress;
    progress.begin_phase("exporting " + name);
    const ProgressDisplay display(progress);
    return engine::export_rows(
        repository, objects, request, [&](ByteView bytes) { return file.write(bytes); }, progress
    );
}

Result<Outcome> export_object(const Context& context, const ExportOptions& options)
{
    const PointPath path = parse_point_path(options.path);
    if (!path.database || !path.object) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + options.path + "\" names no object",
            "Write POINT:DATABASE/SCHEMA.TABLE."
        };
    }
    if (context.json && options.output.empty()) {
        return Error{
            ErrorCode::InvalidInput,
            "--json and the rows would both go to standard output",
            "Give --output FILE."
        };
    }
    TRY_LET(const engine::ExportRequest request, to_request(context, options));
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(
        const repository::Point point, find_point(*opened.repository, path.point, options.source)
    );
    TRY_LET(
        const repository::PointDatabase* database, engine::find_database(point, *path.database)
    );
    TRY_LET(
        const repository::Manifest manifest, engine::read_manifest(*opened.repository, *database)
    );
    TRY_LET(const auto objects, engine::find_objects(manifest, *path.object));
    const std::string name = objects.size() == 1 ? objects.front()->name : *path.object;
    Result<sys::FileSink> file = options.output.empty() ? sys::FileSink::standard_output()
                                                        : sys::FileSink::open(options.output);
    if (!file.ok()) {
        return std::move(file).error();
    }
    TRY_LET(
        const std::uint64_t rows, write_rows(*opened.repository, name, objects, request, *file)
    );
    TRY(file->finish());
    if (context.json) {
        print_json(Json{
            {"point", point.id.hex()}, {"object", name}, {"rows", rows}, {"output", options.output}
        });
    } else if (!options.output.empty()) {
        print(format_count(rows, "row") + " of " + name + " in " + options.output);
    }
    return outcome_over_gaps(*opened.repository, Outcome::Done);
}

}  // namespace

void add_export(CLI::App& app, Context& context)
{
    CLI::App* command = add_command(
        app,
        "export",
        "Write one object's rows to a file, without a server. Generated columns are not stored and "
        "so "
        "not among them"
    );
    const auto options = std::make_shared<ExportOptions>();
    command
        ->add_option(
            "PATH", options->path, "POINT:DATABASE/SCHEMA.TABLE, odd names in double quotes"
        )
        ->required();
    command->add_option("--format", options->format, "copy, csv or ndjson")
        ->required()
        ->transform(one_of(kFormats));
    command->add_option(
        "--where",
        options->where,
        "Only rows where COLUMN is VALUE, compared as the text that PostgreSQL prints: 1.50, "
        "2026-11-24, t. NULL equals nothing"
    );
    command->add_option("--output,-o", options->output, "File; standard output without it");
    add_source_option(*command, options->source, "Whose latest");
    command->callback([&context, options] {
        context.command = [&context, options] {
            return export_object(context, *options);
        };
    });
}

}  // namespace starkeep::cli
