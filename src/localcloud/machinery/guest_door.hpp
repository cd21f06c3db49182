// SPDX-License-Identifier: Apache-2.0
// Where commands of this machine ask to be let into the cloud: a local socket, a place inside as long as the caller lives.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "localcloud/machinery/fabric.hpp"
#include "localcloud/machinery/forwarder.hpp"
#include "localcloud/machinery/vm_hosts.hpp"
#include "sys/file.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

namespace starkeep::localcloud {

/// The socket of the local cloud that works on `state_dir`: of the abstract kind, seen in this network namespace only.
/// A connection to it. Errors: Unavailable when nobody listens.
Result<sys::UniqueFd> connect_to_door(const std::filesystem::path& state_dir);

class GuestDoor {
public:
    struct Parts {
        Fabric& fabric;
        VmHosts& vms;
        std::uint16_t control_port =
            0;  ///< of 127.0.0.1 outside; guests find it on their own 127.0.0.1
    };

    /// Errors: Exists when another local cloud works on `state_dir`.
    static Result<std::unique_ptr<GuestDoor>>
    open(const std::filesystem::path& state_dir, const Parts& parts);
    /// Ends every place inside; the commands there lose their network.
    ~GuestDoor();
    GuestDoor(const GuestDoor&) = delete;
    GuestDoor& operator=(const GuestDoor&) = delete;

private:
    struct Guest;

    explicit GuestDoor(const Parts& parts);
    void serve(const std::stop_token& stop);
    void attend(Guest& guest);
    Result<Json> let_in(Guest& guest, const Json& request);
    Result<Json> plug(Guest& guest, const Json& request);

    Parts parts_;
    sys::UniqueFd listener_;
    sys::UniqueFd wake_;
    std::unique_ptr<Forwarder> forwarder_;
    std::atomic<std::uint64_t> last_guest_{0};
    std::list<std::unique_ptr<Guest>> guests_;
    std::jthread server_;
};

}  // namespace starkeep::localcloud
