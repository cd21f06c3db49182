// SPDX-License-Identifier: Apache-2.0
// Network namespaces of the kernel: made, configured, and entered for the making of a socket.
#pragma once

#include "base/result.hpp"
#include "sys/file.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

/// Lives as long as this object or a process or socket inside: nothing names it in the file system, so that a killed program
/// leaves none behind.
class NetworkNamespace {
public:
    /// With its loopback device up.
    /// Errors: Denied without the rights of root; NotFound when the program `ip` is not installed.
    static Result<NetworkNamespace> create();

    /// Where other programs of this machine find it while this process lives.
    std::filesystem::path path() const;

    /// Calls `act` on a thread inside; sockets made there stay inside.
    Result<void> run(const std::function<Result<void>()>& act) const;

    /// Lines as `ip -batch` takes them, all or none of the rest after a failure.
    /// Errors: Rejected with what `ip` said.
    Result<void> configure(const std::vector<std::string>& lines) const;

private:
    explicit NetworkNamespace(sys::UniqueFd fd) : fd_(std::move(fd)) {}

    sys::UniqueFd fd_;
};

}  // namespace starkeep::localcloud
