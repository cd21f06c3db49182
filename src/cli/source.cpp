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

struct SourceOptions {
    std::string name;
    std::string url;
    std::string account;
    std::string resource_id;
    std::string region;
    std::string password_file;
    bool allow_endpoint = false;
    bool deny_endpoint = false;
};

Result<Json> to_body(const SourceOptions& options)
{
    Json body = Json::object();
    set_given(body, "url", options.url);
    set_given(body, "account", options.account);
    set_given(body, "resource_id", options.resource_id);
    set_given(body, "region", options.region);
    TRY(set_from_file(body, "password", options.password_file));
    if (options.allow_endpoint) {
        warn("a private endpoint may be made on this source: the first one of a Cosmos account "
             "interrupts it for some minutes, and its firewall then treats private traffic apart.");
        body["allow_endpoint"] = true;
    }
    if (options.deny_endpoint) {
        body["allow_endpoint"] = false;
    }
    return body;
}

void add_options(CLI::App& command, SourceOptions& options)
{
    command.add_option("NAME", options.name, "What the source is called here")->required();
    command.add_option("--url", options.url, "postgresql://USER@HOST[:PORT][/DATABASE]");
    command.add_option("--account", options.account, "Account that manages it, for one in Azure");
    command.add_option("--resource-id", options.resource_id, "Of the cluster or account in Azure");
    command.add_option("--region", options.region, "Where it lives, for one in Azure");
    command.add_option("--password-file", options.password_file, "File with the database password");
    CLI::Option* allow = command.add_flag(
        "--allow-endpoint", options.allow_endpoint, "Its owner agrees to a private endpoint on it"
    );
    command.add_flag("--deny-endpoint", options.deny_endpoint, "Takes that back")->excludes(allow);
}

}  // namespace

void add_source(CLI::App& app, Context& context)
{
    CLI::App* noun = add_noun(
        app,
        context,
        {.noun = "source",
         .path = "sources",
         .description = "Servers, clusters and accounts that are protected",
         .columns =
             {{"NAME", "name"},
              {"KIND", "kind"},
              {"REGION", "region"},
              {"ACCOUNT", "account"},
              {"URL", "url"}}}
    );
    const auto options = std::make_shared<SourceOptions>();
    CLI::App* create = add_command(*noun, "create", "Register one");
    add_options(*create, *options);
    on_appliance(
        *create,
        context,
        [&context, options](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(Json body, to_body(*options));
            body["name"] = options->name;
            TRY_LET(const Json made, client.post("sources", body));
            print_document(context, made);
            return Outcome::Done;
        }
    );
    CLI::App* discover = add_command(*noun, "discover", "Clusters and accounts that an account sees");
    discover->add_option("--account", options->account, "Which account")->required();
    on_appliance(*discover, context, [&context, options](const ApplianceClient& client) -> Result<Outcome> {
        TRY_LET(
            const Json answer, client.get("accounts/" + encoded(options->account) + "/sources")
        );
        print_items(
            context,
            answer["items"],
            {{"KIND", "kind"}, {"NAME", "name"}, {"REGION", "region"}, {"RESOURCE ID", "resource_id"}}
        );
        return Outcome::Done;
    });
    CLI::App* update = add_command(*noun, "update", "Change one; what is not given stays");
    add_options(*update, *options);
    on_appliance(
        *update,
        context,
        [&context, options](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(const Json body, to_body(*options));
            TRY_LET(const Json changed, client.patch("sources/" + encoded(options->name), body));
            print_document(context, changed);
            return Outcome::Done;
        }
    );
}

}  // namespace starkeep::cli
