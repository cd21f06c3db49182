// SPDX-License-Identifier: Apache-2.0
// A server for one handler: TLS, limits, a pool of threads, a clean stop. Routing is the handler's.
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace starkeep::http {

/// PEM files: the certificate with its chain, and its key without a password.
struct TlsFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

struct ServerOptions {
    std::string host = "127.0.0.1";  ///< address or name to listen on
    std::uint16_t port = 0;          ///< 0 takes any that is free
    std::optional<TlsFiles> tls{};   ///< nothing: plain HTTP
    std::size_t max_body_bytes = 8UL << 20U;
    unsigned threads = 16;  ///< requests, and connections kept alive, at once; more wait
    std::chrono::seconds read_timeout{30};
};

/// Who sent a request.
struct Peer {
    std::string address;
};

/// `Request::url` is the request target as it came: path and query, still percent-encoded.
/// Thread: called from many threads at once.
using Handler = std::function<Response(const Request& request, const Peer& peer)>;

/// Listens from its making to `stop` or its end. A body beyond the limit is answered with 413 before the handler sees it,
/// an exception of the handler with 500. A response without a Content-Type gets none.
class Server {
public:
    /// Errors: Unavailable when the address cannot be listened on; Denied when certificate or key cannot be used.
    static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler handler);

    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;
    /// Takes no more connections and returns when the handlers have returned. Again: does nothing.
    void stop();

private:
    struct State;
    explicit Server(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace starkeep::http
