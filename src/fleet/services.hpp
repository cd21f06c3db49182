// SPDX-License-Identifier: Apache-2.0
// What every act of the fleet works with: Azure's two planes, the clock, patience, a way to stop.
#pragma once

#include "sys/clock.hpp"

#include <chrono>
#include <functional>
#include <stop_token>

namespace starkeep::http {
class Transport;
}  // namespace starkeep::http
namespace starkeep::azure {
struct Cloud;
namespace arm {
class Client;
}  // namespace arm
}  // namespace starkeep::azure

namespace starkeep::fleet {

/// Thread: one Services may be used by several threads at once.
struct Services {
    azure::arm::Client& arm;
    /// One bare exchange, for requests to blobs and queues.
    http::Transport& data;
    const azure::Cloud& cloud;
    const sys::Clock& clock;
    std::stop_token stop;
    /// Waits between two looks at something that takes its time; a test's returns at once.
    std::function<bool(std::stop_token, std::chrono::milliseconds)> wait = sys::wait_for;
};

}  // namespace starkeep::fleet
