// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/noun.hpp"
#include "json/json.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace starkeep::cli {

void add_config(CLI::App& app, Context& context)
{
    CLI::App* noun = add_command(app, "config", "Settings of the appliance");
    noun->require_subcommand(1);
    CLI::App* show = add_command(*noun, "show", "All that are set");
    on_appliance(*show, context, [&context](const ApplianceClient& client) -> Result<Outcome> {
        TRY_LET(const Json answer, client.get("config"));
        print_document(context, answer);
        return Outcome::Done;
    });
    const auto changes = std::make_shared<std::vector<std::string>>();
    CLI::App* update = add_command(*noun, "update", "Set some: KEY=VALUE, or KEY= to take it back");
    update->add_option("SETTING", *changes, "KEY=VALUE")->required();
    on_appliance(
        *update,
        context,
        [&context, changes](const ApplianceClient& client) -> Result<Outcome> {
            Json body = Json::object();
            for (const std::string& text : *changes) {
                const std::size_t equals = text.find('=');
                if (equals == std::string::npos) {
                    return Error{
                        ErrorCode::InvalidInput, "setting \"" + text + "\" is not KEY=VALUE"
                    };
                }
                const std::string value = text.substr(equals + 1);
                body[text.substr(0, equals)] = value.empty() ? Json() : Json(value);
            }
            TRY_LET(const Json answer, client.patch("config", body));
            print_document(context, answer);
            return Outcome::Done;
        }
    );
}

void add_audit(CLI::App& app, Context& context)
{
    CLI::App* noun = add_command(app, "audit", "Who changed what");
    noun->require_subcommand(1);
    CLI::App* list = add_command(*noun, "list", "Newest first");
    on_appliance(*list, context, [&context](const ApplianceClient& client) -> Result<Outcome> {
        TRY_LET(const Json answer, client.get("audit"));
        print_items(
            context,
            answer["items"],
            {{"TIME", "time"},
             {"USER", "user"},
             {"OPERATION", "operation"},
             {"TARGET", "target"},
             {"STATUS", "status"}}
        );
        return Outcome::Done;
    });
}

}  // namespace starkeep::cli
