// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/noun.hpp"
#include "cli/output.hpp"
#include "cli/session_follow.hpp"
#include "json/json.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace starkeep::cli {

namespace {

void add_log(CLI::App& noun, Context& context, const std::shared_ptr<std::string>& id)
{
    CLI::App* log = add_command(noun, "log", "What it said");
    const auto follow = std::make_shared<bool>(false);
    log->add_option("ID", *id, "Of the session, or a unique prefix")->required();
    log->add_flag("--follow", *follow, "Until it is over");
    on_appliance(
        *log,
        context,
        [&context, id, follow](const ApplianceClient& client) -> Result<Outcome> {
            if (*follow) {
                TRY_LET(const Json session, follow_session(context, client, *id));
                print_session(context, session);
                return outcome_of_session(session);
            }
            TRY_LET(const Json lines, client.get("sessions/" + encoded(*id) + "/log"));
            print_items(
                context,
                lines["items"],
                {{"TIME", "time"}, {"TASK", "task"}, {"LEVEL", "level"}, {"TEXT", "text"}}
            );
            return Outcome::Done;
        }
    );
}

}  // namespace

void add_session(CLI::App& app, Context& context)
{
    CLI::App* noun = add_command(app, "session", "What the appliance does and did");
    noun->require_subcommand(1);
    CLI::App* list = add_command(*noun, "list", "Newest first");
    on_appliance(*list, context, [&context](const ApplianceClient& client) -> Result<Outcome> {
        TRY_LET(const Json answer, client.get("sessions"));
        print_items(
            context,
            answer["items"],
            {{"ID", "id"},
             {"KIND", "kind"},
             {"POLICY", "policy"},
             {"STATE", "state"},
             {"CREATED", "created"},
             {"ENDED", "ended"}}
        );
        return Outcome::Done;
    });
    const auto id = std::make_shared<std::string>();
    CLI::App* show = add_command(*noun, "show", "Tasks, steps and progress of one");
    show->add_option("ID", *id, "Of the session, or a unique prefix")->required();
    on_appliance(*show, context, [&context, id](const ApplianceClient& client) -> Result<Outcome> {
        TRY_LET(const Json session, client.get("sessions/" + encoded(*id)));
        print_session(context, session);
        return Outcome::Done;
    });
    add_log(*noun, context, id);
    CLI::App* cancel = add_command(*noun, "cancel", "Stop one as soon as it can");
    cancel->add_option("ID", *id, "Of the session, or a unique prefix")->required();
    on_appliance(
        *cancel,
        context,
        [&context, id](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(const Json session, client.post("sessions/" + encoded(*id) + "/cancel", {}));
            print_session(context, session);
            return Outcome::Done;
        }
    );
    CLI::App* retry = add_command(*noun, "retry", "Begin anew what did not succeed in one");
    retry->add_option("ID", *id, "Of the session, or a unique prefix")->required();
    on_appliance(*retry, context, [&context, id](const ApplianceClient& client) -> Result<Outcome> {
        TRY_LET(const Json begun, client.post("sessions/" + encoded(*id) + "/retry", {}));
        print_document(context, begun);
        return Outcome::Done;
    });
}

}  // namespace starkeep::cli
