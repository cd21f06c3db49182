// SPDX-License-Identifier: Apache-2.0
// Addresses behind which something else answers: every connection to one is carried to a target, or ended.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery/address.hpp"
#include "sys/file.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <thread>

namespace starkeep::localcloud {

/// Makes the connection that one from `source` shall be carried to. Nothing, or an error: the caller is hung up on.
using Dial = std::function<Result<std::optional<sys::UniqueFd>>(Address source)>;

/// Accepts on listening sockets of any namespace.
/// Thread: any.
class Forwarder {
public:
    using Id = std::uint64_t;

    static Result<std::unique_ptr<Forwarder>> create();
    /// Ends all connections.
    ~Forwarder();
    Forwarder(const Forwarder&) = delete;
    Forwarder& operator=(const Forwarder&) = delete;

    /// `listener` as listen_tcp() gives it. `dial` is called on a thread of the connection's own.
    Id add(sys::UniqueFd listener, Dial dial);
    /// Accepts no more there and ends the connections that came in there.
    void remove(Id id);

private:
    struct Listener;
    struct Connection;

    explicit Forwarder(sys::UniqueFd wake) : wake_(std::move(wake)) {}
    void accept_loop(const std::stop_token& stop);
    void accept_one(Listener& listener) REQUIRES(mutex_);
    void wake_up() const;

    sys::UniqueFd wake_;
    Mutex mutex_;
    std::map<Id, std::shared_ptr<Listener>> listeners_ GUARDED_BY(mutex_);
    Id last_ GUARDED_BY(mutex_) = 0;
    std::jthread acceptor_;
};

}  // namespace starkeep::localcloud
