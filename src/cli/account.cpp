// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/noun.hpp"
#include "cli/output.hpp"
#include "json/json.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace starkeep::cli {

namespace {

struct AccountOptions {
    std::string name;
    std::string kind;
    std::string tenant;
    std::string client;
    std::string subscription;
    std::string secret_file;
};

Result<Json> to_body(const AccountOptions& options)
{
    Json body = Json::object();
    set_given(body, "kind", options.kind);
    set_given(body, "tenant_id", options.tenant);
    set_given(body, "client_id", options.client);
    set_given(body, "subscription_id", options.subscription);
    TRY(set_from_file(body, "client_secret", options.secret_file));
    return body;
}

void add_options(CLI::App& command, AccountOptions& options)
{
    command.add_option("NAME", options.name, "What the account is called here")->required();
    command.add_option("--kind", options.kind, "client-secret or managed-identity");
    command.add_option("--tenant", options.tenant, "Tenant id");
    command.add_option("--client-id", options.client, "Of the app registration or identity");
    command.add_option("--subscription", options.subscription, "Subscription id");
    command.add_option("--client-secret-file", options.secret_file, "File with the secret");
}

}  // namespace

void add_account(CLI::App& app, Context& context)
{
    CLI::App* noun = add_noun(
        app,
        context,
        {.noun = "account",
         .path = "accounts",
         .description = "How the appliance signs in at Azure",
         .columns =
             {{"NAME", "name"},
              {"KIND", "kind"},
              {"SUBSCRIPTION", "subscription_id"},
              {"CLIENT", "client_id"}}}
    );
    const auto options = std::make_shared<AccountOptions>();
    CLI::App* create = add_command(*noun, "create", "Register one");
    add_options(*create, *options);
    on_appliance(
        *create,
        context,
        [&context, options](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(Json body, to_body(*options));
            body["name"] = options->name;
            TRY_LET(const Json made, client.post("accounts", body));
            print_document(context, made);
            return Outcome::Done;
        }
    );
    CLI::App* check = add_command(*noun, "check", "Needed actions of Azure: granted or missing");
    check->add_option("NAME", options->name, "Which")->required();
    on_appliance(*check, context, [&context, options](const ApplianceClient& client) -> Result<Outcome> {
        TRY_LET(const Json answer, client.get("accounts/" + encoded(options->name) + "/check"));
        if (context.json) {
            print_json(answer);
        } else {
            print_items(context, answer["actions"], {{"ACTION", "action"}, {"GRANTED", "granted"}});
            print("custom role: " + json::format(answer["custom_role"]));
        }
        return answer["complete"] == true ? Outcome::Done : Outcome::Failed;
    });
    CLI::App* update = add_command(*noun, "update", "Change one; what is not given stays");
    add_options(*update, *options);
    on_appliance(
        *update,
        context,
        [&context, options](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(const Json body, to_body(*options));
            TRY_LET(const Json changed, client.patch("accounts/" + encoded(options->name), body));
            print_document(context, changed);
            return Outcome::Done;
        }
    );
}

}  // namespace starkeep::cli
