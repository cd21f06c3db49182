// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/noun.hpp"
#include "json/json.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace starkeep::cli {

namespace {

struct TokenOptions {
    std::string id;
    std::string user;
    std::string label;
    std::uint64_t days = 0;
};

}  // namespace

void add_token(CLI::App& app, Context& context)
{
    CLI::App* noun = add_command(app, "token", "Access tokens, by which programs speak for users");
    noun->require_subcommand(1);
    const auto options = std::make_shared<TokenOptions>();
    CLI::App* list = add_command(*noun, "list", "Yours; an administrator sees all");
    on_appliance(*list, context, [&context](const ApplianceClient& client) -> Result<Outcome> {
        TRY_LET(const Json answer, client.get("tokens"));
        print_items(
            context,
            answer["items"],
            {{"ID", "id"},
             {"USER", "user"},
             {"LABEL", "label"},
             {"CREATED", "created"},
             {"EXPIRES", "expires"}}
        );
        return Outcome::Done;
    });
    CLI::App* create = add_command(*noun, "create", "Make one; it is shown this once");
    create->add_option("--user", options->user, "For whom; you without it");
    create->add_option("--label", options->label, "What it is for");
    create->add_option("--days", options->days, "How long it is valid; for ever without it")
        ->check(CLI::Range(1, 3650));
    on_appliance(
        *create,
        context,
        [&context, options](const ApplianceClient& client) -> Result<Outcome> {
            constexpr std::uint64_t kDay = std::uint64_t{24} * 3600;
            Json body = Json::object();
            set_given(body, "user", options->user);
            set_given(body, "label", options->label);
            if (options->days > 0) {
                body["lifetime_s"] = options->days * kDay;
            }
            TRY_LET(const Json made, client.post("tokens", body));
            print_document(context, made);
            return Outcome::Done;
        }
    );
    CLI::App* remove = add_command(*noun, "delete", "End one");
    remove->add_option("ID", options->id, "Of the token, as list shows it")->required();
    on_appliance(
        *remove,
        context,
        [&context, options](const ApplianceClient& client) -> Result<Outcome> {
            TRY(client.remove("tokens/" + encoded(options->id)));
            print_document(context, {{"deleted", options->id}});
            return Outcome::Done;
        }
    );
}

}  // namespace starkeep::cli
