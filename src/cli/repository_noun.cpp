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

namespace {

struct RepositoryOptions {
    std::string name;
    std::string url;
    std::string credential;
    std::string resource_id;
    std::string storage_secret_file;
    bool init = false;
};

Result<Json> to_body(const Context& context, const RepositoryOptions& options)
{
    Json body = Json::object();
    set_given(body, "url", options.url);
    set_given(body, "credential", options.credential);
    set_given(body, "resource_id", options.resource_id);
    TRY(set_from_file(body, "password", context.password_file));
    TRY(set_from_file(body, "storage_secret", options.storage_secret_file));
    return body;
}

void add_options(CLI::App& command, RepositoryOptions& options)
{
    command.add_option("NAME", options.name, "What the repository is called here")->required();
    command.add_option("--url", options.url, "file:///dir or azblob://ACCOUNT/CONTAINER[/PREFIX]");
    command.add_option(
        "--credential", options.credential, "none, sas-token, connection-string or managed-identity"
    );
    command.add_option(
        "--storage-secret-file", options.storage_secret_file, "File with that token or string"
    );
    command.add_option("--resource-id", options.resource_id, "Of its storage account in Azure");
}

}  // namespace

void add_repository(CLI::App& app, Context& context)
{
    CLI::App* noun = add_noun(
        app,
        context,
        {.noun = "repository",
         .path = "repositories",
         .description = "Repositories that the appliance stores to",
         .columns = {{"NAME", "name"}, {"URL", "url"}, {"CREDENTIAL", "credential"}}}
    );
    const auto options = std::make_shared<RepositoryOptions>();
    CLI::App* create =
        add_command(*noun, "create", "Register one; --password-file holds its password");
    add_options(*create, *options);
    create->add_flag("--init", options->init, "Make the repository first");
    on_appliance(
        *create,
        context,
        [&context, options](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(Json body, to_body(context, *options));
            body["name"] = options->name;
            body["init"] = options->init;
            TRY_LET(const Json made, client.post("repositories", body));
            print_document(context, made);
            return Outcome::Done;
        }
    );
    CLI::App* update = add_command(*noun, "update", "Change one; what is not given stays");
    add_options(*update, *options);
    on_appliance(
        *update,
        context,
        [&context, options](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(const Json body, to_body(context, *options));
            TRY_LET(
                const Json changed, client.patch("repositories/" + encoded(options->name), body)
            );
            print_document(context, changed);
            return Outcome::Done;
        }
    );
}

}  // namespace starkeep::cli
