// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/forwarder.hpp"

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/relay.hpp"
#include "localcloud/machinery/socket.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

/// A thread per connection: there are dozens, never thousands.
struct Forwarder::Connection {
    std::jthread thread;
    std::atomic<bool> is_over{false};
};

struct Forwarder::Listener {
    sys::UniqueFd socket;
    Dial dial;
    sys::UniqueFd end;  ///< readable when the connections shall end
    std::list<std::unique_ptr<Connection>> connections;

    ~Listener()
    {
        static_cast<void>(::eventfd_write(end.get(), 1));
        connections.clear();
    }
};

Result<std::unique_ptr<Forwarder>> Forwarder::create()
{
    sys::UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake) {
        return sys::errno_error(errno, "making an event");
    }
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<Forwarder> forwarder(new Forwarder(std::move(wake)));
    forwarder->acceptor_ = std::jthread([self = forwarder.get()](const std::stop_token& stop) {
        self->accept_loop(stop);
    });
    return forwarder;
}

Forwarder::~Forwarder()
{
    acceptor_.request_stop();
    wake_up();
    acceptor_.join();
}

Forwarder::Id Forwarder::add(sys::UniqueFd listener, Dial dial)
{
    auto made = std::make_shared<Listener>();
    made->socket = std::move(listener);
    made->dial = std::move(dial);
    made->end = sys::UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    Id id = 0;
    {
        const MutexLock lock(mutex_);
        id = ++last_;
        listeners_.emplace(id, std::move(made));
    }
    wake_up();
    return id;
}

void Forwarder::remove(Id id)
{
    std::shared_ptr<Listener> gone;
    {
        const MutexLock lock(mutex_);
        const auto found = listeners_.find(id);
        if (found != listeners_.end()) {
            gone = std::move(found->second);
            listeners_.erase(found);
            // The accepting thread may hold it for a moment yet; the address is free now.
            static_cast<void>(::shutdown(gone->socket.get(), SHUT_RDWR));
        }
    }
    wake_up();
}

void Forwarder::wake_up() const
{
    static_cast<void>(::eventfd_write(wake_.get(), 1));
}

void Forwarder::accept_loop(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        std::vector<pollfd> watched{{.fd = wake_.get(), .events = POLLIN, .revents = 0}};
        // Held by the shared pointers while they are watched, whatever remove() does.
        std::vector<std::shared_ptr<Listener>> held;
        {
            const MutexLock lock(mutex_);
            for (const auto& [id, listener] : listeners_) {
                held.push_back(listener);
                watched.push_back({.fd = listener->socket.get(), .events = POLLIN, .revents = 0});
            }
        }
        static_cast<void>(::poll(watched.data(), watched.size(), -1));
        eventfd_t ignored = 0;
        static_cast<void>(::eventfd_read(wake_.get(), &ignored));
        for (std::size_t i = 0; i < held.size(); ++i) {
            if ((watched[i + 1].revents & POLLIN) != 0) {
                const MutexLock lock(mutex_);
                accept_one(*held[i]);
            }
        }
    }
}

void Forwarder::accept_one(Listener& listener)
{
    std::erase_if(listener.connections, [](const auto& connection) {
        return connection->is_over.load();
    });
    sys::UniqueFd accepted(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted) {
        return;
    }
    auto connection = std::make_unique<Connection>();
    Connection& own = *connection;
    own.thread = std::jthread([&own,
                               &dial = listener.dial,
                               end = listener.end.get(),
                               caller = std::move(accepted)]() mutable {
        if (const Result<Address> source = peer_address(caller.get()); source.ok()) {
            Result<std::optional<sys::UniqueFd>> target = dial(*source);
            if (target.ok() && *target) {
                relay(std::move(caller), std::move(**target), end);
            }
        }
        caller.reset();
        own.is_over.store(true);
    });
    listener.connections.push_back(std::move(connection));
}

}  // namespace starkeep::localcloud
