// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/noun.hpp"
#include "json/json.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace starkeep::cli {

void add_user(CLI::App& app, Context& context)
{
    CLI::App* noun = add_noun(
        app,
        context,
        {.noun = "user",
         .path = "users",
         .description = "Who may use the appliance",
         .columns = {{"NAME", "name"}, {"ROLE", "role"}, {"CREATED", "created"}}}
    );
    const auto name = std::make_shared<std::string>();
    const auto role = std::make_shared<std::string>();
    CLI::App* create = add_command(*noun, "create", "Add one; make an access token for them then");
    create->add_option("NAME", *name, "Who")->required();
    create->add_option("--role", *role, "viewer, operator or administrator")->required();
    on_appliance(
        *create,
        context,
        [&context, name, role](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(const Json made, client.post("users", {{"name", *name}, {"role", *role}}));
            print_document(context, made);
            return Outcome::Done;
        }
    );
    CLI::App* update = add_command(*noun, "update", "Change the role");
    update->add_option("NAME", *name, "Who")->required();
    update->add_option("--role", *role, "viewer, operator or administrator")->required();
    on_appliance(
        *update,
        context,
        [&context, name, role](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(const Json changed, client.patch("users/" + encoded(*name), {{"role", *role}}));
            print_document(context, changed);
            return Outcome::Done;
        }
    );
}

}  // namespace starkeep::cli
