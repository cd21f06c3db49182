// SPDX-License-Identifier: Apache-2.0
// A program that shall run as long as its owner wants it, in a network namespace, with a log.
#pragma once

#include "base/result.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "sys/process.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace starkeep::localcloud {

/// Ended programs are started again, ever more slowly. It dies with this process whatever happens; to end it: SIGTERM,
/// SIGKILL 5 s later.
class ServiceProcess {
public:
    /// What it writes is appended to `log`.
    ServiceProcess(const NetworkNamespace& inside, sys::Command command, std::filesystem::path log);
    ~ServiceProcess() = default;
    ServiceProcess(const ServiceProcess&) = delete;
    ServiceProcess& operator=(const ServiceProcess&) = delete;

    /// Returns when `is_ready` says so.
    /// Errors: TimedOut with the log's name; what kept the program from being started.
    Result<void>
    wait_until(const std::function<bool()>& is_ready, std::chrono::seconds patience) const;

private:
    std::filesystem::path log_;
    std::atomic<unsigned> starts_{0};
    std::jthread runner_;
};

/// Runs a program to its end. Errors: Rejected with what it wrote to standard error.
Result<std::string> run_tool(const sys::Command& command);

}  // namespace starkeep::localcloud
