// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/network_namespace.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

Result<NetworkNamespace> NetworkNamespace::create()
{
    // A thread may have a namespace of its own; once it is held open, the thread can go.
    Result<sys::UniqueFd> made = sys::UniqueFd();
    std::thread([&] {
        if (::unshare(CLONE_NEWNET) != 0) {
            made = sys::errno_error(errno, "making a network namespace");
            return;
        }
        made = sys::UniqueFd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
        if (!*made) {
            made = sys::errno_error(errno, "opening a network namespace");
        }
    }).join();
    if (!made.ok()) {
        return std::move(made).error().with_hint("The local cloud makes networks as root does.");
    }
    NetworkNamespace network(std::move(made).value());
    TRY(network.configure({"link set lo up"}));
    return network;
}

std::filesystem::path NetworkNamespace::path() const
{
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_.get());
}

Result<void> NetworkNamespace::run(const std::function<Result<void>()>& act) const
{
    Result<void> done;
    std::thread([&] {
        done = ::setns(fd_.get(), CLONE_NEWNET) == 0
                   ? act()
                   : Result<void>(sys::errno_error(errno, "entering a network namespace"));
    }).join();
    return done;
}

Result<void> NetworkNamespace::configure(const std::vector<std::string>& lines) const
{
    std::string batch;
    for (const std::string& line : lines) {
        batch += line + "\n";
    }
    TRY_LET(
        const sys::ProcessResult ran,
        sys::run_process(
            {.arguments = {"nsenter", "--net=" + path().string(), "ip", "-batch", "-"},
             .input = as_bytes(batch)},
            [](ByteView) -> Result<void> { return {}; },
            {}
        )
    );
    if (ran.exit_status != 0) {
        return Error{
            ErrorCode::Rejected,
            "configuring a network: " + ran.error_output.substr(0, ran.error_output.find('\n')) +
                " in: " + batch
        };
    }
    return {};
}

}  // namespace starkeep::localcloud
