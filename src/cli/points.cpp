// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/log_gaps.hpp"
#include "cli/output.hpp"
#include "cli/point_json.hpp"
#include "cli/repository_access.hpp"
#include "json/json.hpp"
#include "repository/model.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace starkeep::cli {

namespace {

Result<Outcome> points(const Context& context, const std::string& source)
{
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(const std::vector<repository::Point> all, chosen_points(*opened.repository, source));
    Json document = Json::array();
    Table table(
        {{.title = "ID"},
         {.title = "TIME"},
         {.title = "SOURCE"},
         {.title = "OBJECTS", .right = true},
         {.title = "ROWS", .right = true},
         {.title = "READ", .right = true},
         {.title = "STORED", .right = true}}
    );
    for (const repository::Point& point : all) {
        document.push_back(to_json(point));
        table.add(
            {short_id(point),
             point.time,
             point.source,
             format_count(point.objects),
             format_count(point.rows),
             format_bytes(point.bytes_read),
             format_bytes(point.bytes_stored)}
        );
    }
    if (context.json) {
        print_json(document);
    } else if (document.empty()) {
        print("no restore points yet");
    } else {
        table.print();
    }
    return outcome_over_gaps(*opened.repository, Outcome::Done);
}

}  // namespace

void add_points(CLI::App& app, Context& context)
{
    CLI::App* command = add_command(app, "points", "List the restore points, newest first");
    const auto source = std::make_shared<std::string>();
    add_source_option(*command, *source, "Only those of this source");
    command->callback([&context, source] {
        context.command = [&context, source] {
            return points(context, *source);
        };
    });
}

}  // namespace starkeep::cli
