// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/appliance_client.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/login_store.hpp"
#include "cli/noun.hpp"
#include "cli/repository_access.hpp"
#include "json/json.hpp"
#include "sys/file.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace starkeep::cli {

namespace {

constexpr std::uint64_t kLargestPem = std::uint64_t{256} << 10U;

struct LoginOptions {
    std::string url;
    std::string token;
    std::string token_file;
    std::string ca_file;
    std::string user = "admin";
};

Result<Secret> given_token(const LoginOptions& options)
{
    if (!options.token_file.empty()) {
        return read_password(options.token_file);
    }
    if (options.token.empty()) {
        return Error{
            ErrorCode::InvalidInput,
            "no access token is given",
            "Give --token-file FILE; at the first start, starkeep serve prints a one-time token."
        };
    }
    return Secret(options.token);
}

/// A one-time token becomes the first administrator's own.
Result<Secret> exchange(const LoginOptions& options, Secret token, std::stop_token stop)
{
    if (!token.reveal().starts_with("first_")) {
        return token;
    }
    TRY_LET(
        const ApplianceClient client,
        ApplianceClient::connect(options.url, options.ca_file, Secret(""), std::move(stop))
    );
    TRY_LET(
        const Json made,
        client.post(
            "first-administrator", {{"token", std::string(token.reveal())}, {"name", options.user}}
        )
    );
    TRY_LET(std::string own, json::get_string(made, "token"));
    return Secret(std::move(own));
}

Result<Outcome> login(const Context& context, const LoginOptions& options)
{
    std::string authority;
    if (!options.ca_file.empty()) {
        TRY_LET(const Bytes pem, sys::read_file(options.ca_file, kLargestPem));
        authority = as_text(pem);
    }
    TRY_LET(Secret given, given_token(options));
    TRY_LET(const Secret token, exchange(options, std::move(given), context.stop));
    TRY_LET(
        const ApplianceClient client,
        ApplianceClient::connect(
            options.url, options.ca_file, Secret(std::string(token.reveal())), context.stop
        )
    );
    // Before anything else can fail: a one-time token is used up by now.
    TRY(save_login(client.url(), token, authority));
    TRY_LET(Json me, client.get("me"));
    me["url"] = client.url();
    print_document(context, me);
    return Outcome::Done;
}

}  // namespace

void add_login(CLI::App& app, Context& context)
{
    CLI::App* command =
        add_command(app, "login", "Choose the appliance that verbs without --repo go to");
    const auto options = std::make_shared<LoginOptions>();
    command->add_option("URL", options->url, "https://HOST:PORT of a starkeep serve")->required();
    command->add_option("--token", options->token, "Access token, or the one-time token");
    command->add_option("--token-file", options->token_file, "File that holds it");
    command->add_option(
        "--ca-file", options->ca_file, "Certificates to trust for it: its own, of tls/ca.pem"
    );
    command->add_option(
        "--user", options->user, "Name of the first administrator, for a one-time token"
    );
    command->callback([&context, options] {
        context.command = [&context, options] {
            return login(context, *options);
        };
    });
}

}  // namespace starkeep::cli
