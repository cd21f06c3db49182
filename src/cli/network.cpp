// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/noun.hpp"
#include "cli/session_follow.hpp"
#include "json/json.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace starkeep::cli {

namespace {

struct NetworkOptions {
    std::string region;
    std::string account;
};

/// --account, or the only one that is registered.
Result<std::string> account_name(const ApplianceClient& client, const std::string& given)
{
    if (!given.empty()) {
        return given;
    }
    TRY_LET(const Json all, client.get("accounts"));
    if (all["items"].size() != 1) {
        return Error{
            ErrorCode::InvalidInput,
            all["items"].empty() ? "no account is registered" : "several accounts are registered",
            "Say which with --account NAME, or make one with: starkeep "
            "account create."
        };
    }
    return shown(all["items"][0]["name"]);
}

}  // namespace

void add_network(CLI::App& app, Context& context)
{
    CLI::App* noun = add_command(app, "network", "The private network of a region's workers");
    noun->require_subcommand(1);
    const auto options = std::make_shared<NetworkOptions>();
    CLI::App* plan = add_command(*noun, "plan", "What is there and what is missing");
    CLI::App* apply = add_command(*noun, "apply", "Make what is missing");
    for (CLI::App* command : {plan, apply}) {
        command->add_option("--region", options->region, "Where the sources are")->required();
        command->add_option("--account", options->account, "Account to work with");
    }
    on_appliance(
        *plan,
        context,
        [&context, options](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(const std::string account, account_name(client, options->account));
            TRY_LET(
                const Json answer,
                client.get(
                    "accounts/" + encoded(account) + "/network?region=" + encoded(options->region)
                )
            );
            if (!context.json && answer.contains("items")) {
                print_items(
                    context,
                    answer["items"],
                    {{"KIND", "kind"}, {"NAME", "name"}, {"STATE", "state"}, {"REASON", "reason"}}
                );
            } else {
                print_document(context, answer);
            }
            return Outcome::Done;
        }
    );
    on_appliance(
        *apply,
        context,
        [&context, options](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(const std::string account, account_name(client, options->account));
            TRY_LET(
                const Json begun,
                client.post("networks", {{"account", account}, {"region", options->region}})
            );
            TRY_LET(const Json session, follow_session(context, client, shown(begun["id"])));
            print_session(context, session);
            return outcome_of_session(session);
        }
    );
}

}  // namespace starkeep::cli
