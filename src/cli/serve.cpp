// SPDX-License-Identifier: Apache-2.0
#include "api/service.hpp"
#include "api/tls.hpp"
#include "appliance/appliance.hpp"
#include "azure/cloud.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"
#include "sys/environment.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::cli {

namespace {

struct ServeOptions {
    std::string listen = "127.0.0.1:8443";
    std::string state;
    std::string tls_cert;
    std::string tls_key;
    std::vector<std::string> names;
};

Result<std::filesystem::path> state_folder(const ServeOptions& options)
{
    if (!options.state.empty()) {
        return std::filesystem::path(options.state);
    }
    if (const std::optional<std::string> home = sys::get_env("HOME"); home && !home->empty()) {
        return std::filesystem::path(*home) / ".local" / "share" / "starkeep";
    }
    return Error{ErrorCode::InvalidInput, "no state folder is named", "Give --state DIR."};
}

Result<http::ServerOptions> server_options(const ServeOptions& options)
{
    http::ServerOptions server{.max_body_bytes = api::kMaxBodyBytes};
    const std::size_t colon = options.listen.rfind(':');
    const std::string_view port =
        std::string_view(options.listen).substr(colon == std::string::npos ? 0 : colon + 1);
    const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), server.port);
    if (colon == std::string::npos || colon == 0 || fault != std::errc() ||
        end != port.data() + port.size()) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + options.listen + "\" is no address to listen on",
            "Write HOST:PORT, as in 127.0.0.1:8443."
        };
    }
    server.host = options.listen.substr(0, colon);
    return server;
}

Result<azure::Cloud> chosen_cloud(const Context& context)
{
    return context.cloud_file.empty() ? Result<azure::Cloud>(azure::Cloud{})
                                      : azure::Cloud::load(context.cloud_file);
}

/// Returns the file that clients have to trust; empty when the certificate was brought.
Result<std::string> set_tls(
    const ServeOptions& options, const std::filesystem::path& state, http::ServerOptions& server
)
{
    if (options.tls_cert.empty() != options.tls_key.empty()) {
        return Error{ErrorCode::InvalidInput, "--tls-cert and --tls-key go together"};
    }
    if (!options.tls_cert.empty()) {
        server.tls = http::TlsFiles{.certificate = options.tls_cert, .key = options.tls_key};
        return std::string();
    }
    std::vector<std::string> names = options.names;
    names.push_back(server.host);
    TRY_LET(const api::OwnTls own, api::own_tls(state / "tls", names, sys::system_clock()));
    server.tls = own.files;
    return own.authority.string();
}

void tell(
    const Context& context,
    const std::string& url,
    const std::string& ca_file,
    const std::optional<Secret>& first_token
)
{
    const std::string token = first_token ? std::string(first_token->reveal()) : std::string();
    if (context.json) {
        print_json(
            {{"url", url}, {"ca_file", ca_file}, {"first_token", first_token ? Json(token) : Json()}
            }
        );
        return;
    }
    print("the appliance listens on " + url);
    if (first_token) {
        print("there is no administrator yet; this works once:");
        print("  " + url + "/#first=" + token);
        print(
            "  starkeep login " + url + (ca_file.empty() ? "" : " --ca-file " + ca_file) +
            " --token " + token
        );
    }
}

Result<Outcome> serve(const Context& context, const ServeOptions& options)
{
    TRY_LET(const std::filesystem::path state, state_folder(options));
    TRY_LET(const azure::Cloud cloud, chosen_cloud(context));
    TRY_LET(http::ServerOptions listening, server_options(options));
    TRY_LET(
        const std::unique_ptr<appliance::Appliance> appliance,
        appliance::Appliance::open({.state = state, .cloud = cloud}, sys::system_clock())
    );
    TRY_LET(const std::string ca_file, set_tls(options, state, listening));
    TRY_LET(const std::optional<Secret> first_token, appliance->users().begin_first_start());
    api::Service service(*appliance);
    TRY_LET(
        const std::unique_ptr<http::Server> server,
        http::Server::start(
            listening,
            [&service](const http::Request& request, const http::Peer& peer) {
                return service.handle(request, peer);
            }
        )
    );
    TRY(appliance->start());
    tell(
        context,
        "https://" + listening.host + ":" + std::to_string(server->port()),
        ca_file,
        first_token
    );
    TRY(flush_output());
    constexpr std::chrono::hours kLong{1};
    while (sys::wait_for(context.stop, kLong)) {
    }
    appliance->request_stop();
    server->stop();
    return Outcome::Done;
}

}  // namespace

void add_serve(CLI::App& app, Context& context)
{
    CLI::App* command = add_command(app, "serve", "Be the appliance, until stopped");
    const auto options = std::make_shared<ServeOptions>();
    command->add_option("--listen", options->listen, "HOST:PORT; port 0 takes a free one");
    command->add_option("--state", options->state, "Folder of its memory; made when missing");
    command->add_option(
        "--tls-cert", options->tls_cert, "Certificate chain in PEM, instead of its own"
    );
    command->add_option("--tls-key", options->tls_key, "The key of that certificate");
    command
        ->add_option(
            "--tls-name", options->names, "Another name or address for its own certificate"
        )
        ->expected(1)
        ->take_all();
    command->callback([&context, options] {
        context.command = [&context, options] {
            return serve(context, *options);
        };
    });
}

}  // namespace starkeep::cli
