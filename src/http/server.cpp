// SPDX-License-Identifier: Apache-2.0
#include "http/server.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>
#include <httplib.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace starkeep::http {

namespace {

constexpr std::string_view kEveryPath = ".*";
/// How long an idle connection holds a thread, and so how long `stop` may take.
constexpr time_t kIdleSeconds = 2;
constexpr std::chrono::milliseconds kStartPoll{1};
constexpr int kServerError = 500;
constexpr int kListenAttempts = 5000;

Request to_request(const httplib::Request& from)
{
    Request request{.method = from.method, .url = from.target, .body = to_bytes(from.body)};
    for (const auto& [name, value] : from.headers) {
        // The library adds what it knows of the connection as if the client had said it.
        if (name != "REMOTE_ADDR" && name != "REMOTE_PORT" && name != "LOCAL_ADDR" &&
            name != "LOCAL_PORT") {
            request.headers.add(name, value);
        }
    }
    return request;
}

void send_back(const Response& response, httplib::Response& to)
{
    to.status = response.status;
    for (const auto& [name, value] : response.headers.fields()) {
        to.headers.emplace(name, value);
    }
    to.body.assign(response.text());
}

std::unique_ptr<httplib::Server> make_library_server(const ServerOptions& options)
{
    if (!options.tls) {
        return std::make_unique<httplib::Server>();
    }
    auto server = std::make_unique<httplib::SSLServer>(
        options.tls->certificate.c_str(), options.tls->key.c_str()
    );
    if (server->is_valid()) {
        // NOLINTNEXTLINE(misc-include-cleaner): the library brings its TLS along; only codec and source include openssl
        SSL_CTX_set_min_proto_version(server->ssl_context(), TLS1_2_VERSION);
    }
    return server;
}

void route_everything(httplib::Server& server, const Handler& handler)
{
    const auto serve = [handler](const httplib::Request& request, httplib::Response& response) {
        send_back(handler(to_request(request), Peer{.address = request.remote_addr}), response);
    };
    const std::string path(kEveryPath);
    server.Get(path, serve);  // HEAD comes here as well
    server.Put(path, serve);
    server.Post(path, serve);
    server.Patch(path, serve);
    server.Delete(path, serve);
    server.Options(path, serve);
}

}  // namespace

struct Server::State {
    std::unique_ptr<httplib::Server> library;
    std::uint16_t port = 0;
    std::jthread listener;
};

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler handler)
{
    ENSURE(handler && options.threads > 0);
    auto state = std::make_unique<State>();
    state->library = make_library_server(options);
    httplib::Server& library = *state->library;
    if (!library.is_valid()) {
        return Error{
            ErrorCode::Denied,
            fmt::format(
                "certificate {} or its key cannot be used", options.tls->certificate.string()
            ),
            "Both must be PEM files that belong together; the key must have no password."
        };
    }
    route_everything(library, handler);
    library.set_exception_handler([](const auto&, auto& response, const std::exception_ptr&) {
        response.status = kServerError;
    });
    // The library would let a second server listen on the same port, and share its connections.
    library.set_socket_options([](socket_t socket) {
        const int yes = 1;
        static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)));
    });
    library.set_payload_max_length(options.max_body_bytes);
    library.set_read_timeout(options.read_timeout);
    library.set_keep_alive_timeout(kIdleSeconds);
    library.set_tcp_nodelay(true);
    library.new_task_queue = [threads = options.threads] {
        return new httplib::ThreadPool(threads);
    };

    const int port = options.port == 0
                         ? library.bind_to_any_port(options.host)
                         : (library.bind_to_port(options.host, options.port) ? options.port : -1);
    if (port <= 0) {
        return Error{
            ErrorCode::Unavailable,
            fmt::format("cannot listen on {} port {}", options.host, options.port),
            "Another program may listen there already."
        };
    }
    state->port = static_cast<std::uint16_t>(port);
    state->listener = std::jthread([&library] { library.listen_after_bind(); });
    // The library forgets a stop that comes before it listens.
    for (int i = 0; i < kListenAttempts && !library.is_running(); ++i) {
        sys::wait_for(std::stop_token{}, kStartPoll);
    }
    return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server()
{
    stop();
}

std::uint16_t Server::port() const
{
    return state_->port;
}

void Server::stop()
{
    state_->library->stop();
    if (state_->listener.joinable()) {
        state_->listener.join();
    }
}

}  // namespace starkeep::http
