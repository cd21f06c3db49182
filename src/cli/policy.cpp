// SPDX-License-Identifier: Apache-2.0
#include "appliance/policy.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/noun.hpp"
#include "cli/output.hpp"
#include "cli/session_follow.hpp"
#include "json/json.hpp"
#include "sys/file.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace starkeep::cli {

namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{256} << 10U;

struct PolicyOptions {
    std::string name;
    std::string file;
    std::string source;
    bool dry_run = false;
    bool enable = false;
    bool disable = false;
    bool wait = false;
};

/// The file's policy; NAME on the command line, if any, takes the place of the file's.
Result<Json> read_policy_file(const PolicyOptions& options)
{
    TRY_LET(const Bytes text, sys::read_file(options.file, kLargestFile));
    TRY_LET(Json body, appliance::parse_policy_yaml(as_text(text)));
    set_given(body, "name", options.name);
    if (!body.contains("name") || !body["name"].is_string()) {
        return Error{
            ErrorCode::InvalidInput,
            "the policy has no name",
            "Write name: in the file, or give it before -f."
        };
    }
    return body;
}

Result<Outcome>
create(const Context& context, const ApplianceClient& client, const PolicyOptions& options)
{
    TRY_LET(const Json body, read_policy_file(options));
    TRY_LET(const Json made, client.post(options.dry_run ? "policy-check" : "policies", body));
    print_document(context, made);
    return Outcome::Done;
}

Result<Outcome>
update(const Context& context, const ApplianceClient& client, const PolicyOptions& options)
{
    Json changes = Json::object();
    std::string name = options.name;
    if (!options.file.empty()) {
        TRY_LET(changes, read_policy_file(options));
        name = changes["name"].get<std::string>();
        if (options.dry_run) {
            TRY_LET(const Json checked, client.post("policy-check", changes));
            print_document(context, checked);
            return Outcome::Done;
        }
        changes.erase("name");
    }
    if (options.enable || options.disable) {
        changes["enabled"] = options.enable;
    }
    TRY_LET(const Json changed, client.patch("policies/" + encoded(name), changes));
    print_document(context, changed);
    return Outcome::Done;
}

Result<Outcome>
run(const Context& context, const ApplianceClient& client, const PolicyOptions& options)
{
    Json body = Json::object();
    set_given(body, "source", options.source);
    TRY_LET(const Json begun, client.post("policies/" + encoded(options.name) + "/run", body));
    if (!options.wait) {
        print_document(context, begun);
        return Outcome::Done;
    }
    TRY_LET(const Json session, follow_session(context, client, shown(begun["id"])));
    print_session(context, session);
    return outcome_of_session(session);
}

/// Without what only the appliance knows of it.
Json exported(Json policy)
{
    for (const char* member : {"created", "changed", "has_secrets"}) {
        policy.erase(member);
    }
    return policy;
}

}  // namespace

void add_policy(CLI::App& app, Context& context)
{
    CLI::App* noun = add_noun(
        app,
        context,
        {.noun = "policy",
         .path = "policies",
         .description = "What is wanted of which sources",
         .columns = {{"NAME", "name"}, {"ENABLED", "enabled"}, {"SOURCES", "sources"}}}
    );
    const auto options = std::make_shared<PolicyOptions>();
    const auto on = [&context, options](CLI::App& command, auto act) {
        on_appliance(command, context, [&context, options, act](const ApplianceClient& client) {
            return act(context, client, *options);
        });
    };
    CLI::App* make = add_command(*noun, "create", "Register one from a file");
    make->add_option("NAME", options->name, "Instead of the file's");
    make->add_option("-f,--file", options->file, "The policy in YAML")->required();
    make->add_flag("--dry-run", options->dry_run, "Only check it");
    on(*make, create);
    CLI::App* import = add_command(*noun, "import", "The same as create");
    import->add_option("-f,--file", options->file, "The policy in YAML")->required();
    on(*import, create);
    CLI::App* change = add_command(*noun, "update", "Change one by a file, or turn it on or off");
    change->add_option("NAME", options->name, "Which");
    change->add_option("-f,--file", options->file, "Members to replace, in YAML");
    change->add_flag("--dry-run", options->dry_run, "Only check the file");
    CLI::Option* enable = change->add_flag("--enable", options->enable, "Turn it on");
    change->add_flag("--disable", options->disable, "Turn it off")->excludes(enable);
    on(*change, update);
    CLI::App* start = add_command(*noun, "run", "Begin a session now");
    start->add_option("NAME", options->name, "Which")->required();
    start->add_option("--source", options->source, "Only this one of its sources");
    start->add_flag("--wait", options->wait, "Until it is over");
    on(*start, run);
    CLI::App* show = add_command(*noun, "export", "One as YAML");
    show->add_option("NAME", options->name, "Which")->required();
    on(*show,
       [](const Context& said, const ApplianceClient& client, const PolicyOptions& wanted
       ) -> Result<Outcome> {
           TRY_LET(Json policy, client.get("policies/" + encoded(wanted.name)));
           const Json document = exported(std::move(policy));
           if (said.json) {
               print_json(document);
           } else {
               print(appliance::format_policy_yaml(document));
           }
           return Outcome::Done;
       });
}

}  // namespace starkeep::cli
