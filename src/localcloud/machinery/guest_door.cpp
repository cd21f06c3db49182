// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/guest_door.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/fabric.hpp"
#include "localcloud/machinery/forwarder.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "localcloud/machinery/socket.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kLongestRequest = 65'536;
constexpr int kBacklog = 16;

struct Door {
    sockaddr_un address{};
    socklen_t size = 0;
};

Result<Door> door_of(const std::filesystem::path& state_dir)
{
    TRY_LET(const std::filesystem::path path, sys::absolute_path(state_dir));
    const std::string name =
        "starkeep-localcloud-" + to_hex(codec::sha256(as_bytes(path.string()))).substr(0, 32);
    Door door;
    door.address.sun_family = AF_UNIX;
    // A first byte of zero makes it abstract. Source: unix(7).
    name.copy(&door.address.sun_path[1], name.size());
    door.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    return door;
}

/// Who may make networks here may enter them.
bool is_same_user(int socket)
{
    ucred caller{};
    socklen_t size = sizeof caller;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &caller, &size) == 0 &&
           caller.uid == ::geteuid();
}

}  // namespace

Result<sys::UniqueFd> connect_to_door(const std::filesystem::path& state_dir)
{
    TRY_LET(const Door door, door_of(state_dir));
    sys::UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!socket ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&door.address), door.size) != 0) {
        return sys::errno_error(errno, "asking the local cloud that works on " + state_dir.string())
            .with_hint("Is it running? Start it with: starkeep-localcloud serve.");
    }
    return socket;
}

struct GuestDoor::Guest {
    sys::UniqueFd caller;
    std::optional<NetworkNamespace> network;
    std::optional<FactId> network_interface;
    std::vector<Forwarder::Id> forwards;
    std::jthread thread;
    std::atomic<bool> is_over{false};
};

GuestDoor::GuestDoor(const Parts& parts) : parts_(parts) {}

Result<std::unique_ptr<GuestDoor>>
GuestDoor::open(const std::filesystem::path& state_dir, const Parts& parts)
{
    TRY_LET(const Door door, door_of(state_dir));
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<GuestDoor> made(new GuestDoor(parts));
    TRY_LET(made->forwarder_, Forwarder::create());
    made->wake_ = sys::UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    made->listener_ = sys::UniqueFd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!made->wake_ || !made->listener_ ||
        ::bind(
            made->listener_.get(), reinterpret_cast<const sockaddr*>(&door.address), door.size
        ) != 0 ||
        ::listen(made->listener_.get(), kBacklog) != 0) {
        const bool is_taken = errno == EADDRINUSE;
        return is_taken
                   ? Error{ErrorCode::Exists, "another local cloud works on " + state_dir.string(), "Stop it, or choose another state folder."}
                   : sys::errno_error(errno, "opening the local cloud's door");
    }
    made->server_ =
        std::jthread([self = made.get()](const std::stop_token& stop) { self->serve(stop); });
    return made;
}

GuestDoor::~GuestDoor()
{
    server_.request_stop();
    static_cast<void>(::eventfd_write(wake_.get(), 1));
    // The thread ends before the list that it works on does.
    server_ = std::jthread();
    guests_.clear();
}

void GuestDoor::serve(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        std::array<pollfd, 2> watched{{
            {.fd = listener_.get(), .events = POLLIN, .revents = 0},
            {.fd = wake_.get(), .events = POLLIN, .revents = 0},
        }};
        static_cast<void>(::poll(watched.data(), watched.size(), -1));
        std::erase_if(guests_, [](const auto& guest) { return guest->is_over.load(); });
        if ((watched[0].revents & POLLIN) == 0) {
            continue;
        }
        auto guest = std::make_unique<Guest>();
        guest->caller = sys::UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (guest->caller && is_same_user(guest->caller.get())) {
            Guest& own = *guest;
            guests_.push_back(std::move(guest));
            own.thread = std::jthread([this, &own] {
                attend(own);
                own.is_over = true;
            });
        }
    }
}

void GuestDoor::attend(Guest& guest)
{
    std::string text(kLongestRequest, '\0');
    const ssize_t got = ::recv(guest.caller.get(), text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    const Result<Json> request = json::parse(text);
    Result<Json> reply = request.ok() ? let_in(guest, *request) : Result<Json>(request.error());
    if (!reply.ok()) {
        reply = Json{
            {"error", reply.error().account()},
            {"hint", reply.error().hint()},
            {"missing", reply.error().code() == ErrorCode::NotFound}
        };
    }
    const std::string said = json::format(*reply);
    static_cast<void>(::send(guest.caller.get(), said.data(), said.size(), MSG_NOSIGNAL));
    // The command holds its end open as long as it lives.
    std::array<pollfd, 2> watched{{
        {.fd = guest.caller.get(), .events = POLLIN, .revents = 0},
        {.fd = wake_.get(), .events = POLLIN, .revents = 0},
    }};
    static_cast<void>(::poll(watched.data(), watched.size(), -1));
    for (const Forwarder::Id forward : guest.forwards) {
        forwarder_->remove(forward);
    }
    if (guest.network_interface) {
        parts_.fabric.remove_interface(*guest.network_interface);
    }
    guest.network.reset();
    guest.caller.reset();
}

Result<Json> GuestDoor::let_in(Guest& guest, const Json& request)
{
    TRY_LET(const std::string vm, json::get_string(request, "vm"));
    if (!vm.empty()) {
        TRY_LET(const pid_t process, parts_.vms.process(vm));
        return Json{{"process", process}};
    }
    return plug(guest, request);
}

Result<Json> GuestDoor::plug(Guest& guest, const Json& request)
{
    TRY_LET(std::string network, json::get_string(request, "network"));
    TRY_LET(const std::string region, json::get_string(request, "region"));
    TRY_LET(const bool internet, json::get_bool(request, "internet"));
    TRY_LET(const Json ports, json::get_array(request, "publish"));
    TRY_LET(NetworkNamespace made, NetworkNamespace::create());
    const NetworkNamespace& inside = guest.network.emplace(std::move(made));
    if (internet) {
        TRY(parts_.fabric.plug_into_internet(inside));
    } else {
        if (network.empty()) {
            TRY_LET(network, parts_.fabric.network_in(region));
        }
        const FactId id = "guest " + std::to_string(++last_guest_);
        TRY(parts_.fabric.guest_interface(network, id));
        guest.network_interface = id;
        TRY(parts_.fabric.plug(id, inside, "eth0"));
    }
    if (parts_.control_port != 0) {
        TRY(inside.run([&]() -> Result<void> {
            TRY_LET(sys::UniqueFd listener, listen_tcp(kLoopback, parts_.control_port));
            guest.forwards.push_back(forwarder_->add(
                std::move(listener),
                [port = parts_.control_port](Address) -> Result<std::optional<sys::UniqueFd>> {
                    TRY_LET(sys::UniqueFd socket, connect_tcp(kLoopback, port));
                    return std::optional<sys::UniqueFd>(std::move(socket));
                }
            ));
            return {};
        }));
    }
    for (const Json& each : ports) {
        const std::uint64_t wide = each.is_number_unsigned() ? each.get<std::uint64_t>() : 0;
        if (wide == 0 || wide > std::numeric_limits<std::uint16_t>::max()) {
            return Error{ErrorCode::InvalidInput, "a port to publish is none"};
        }
        const auto port = static_cast<std::uint16_t>(wide);
        TRY_LET(sys::UniqueFd listener, listen_tcp(kLoopback, port));
        guest.forwards.push_back(forwarder_->add(
            std::move(listener),
            [&inside, port](Address) -> Result<std::optional<sys::UniqueFd>> {
                std::optional<sys::UniqueFd> socket;
                TRY(inside.run([&]() -> Result<void> {
                    TRY_LET(socket, connect_tcp(kLoopback, port));
                    return {};
                }));
                return socket;
            }
        ));
    }
    return Json{{"network", inside.path().string()}, {"resolver", kResolverAddress.text()}};
}

}  // namespace starkeep::localcloud
