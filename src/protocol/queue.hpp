// SPDX-License-Identifier: Apache-2.0
// All that the talk between appliance and worker asks of a queue service.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::protocol {

/// A message that was taken and is hidden from other readers for a while.
struct QueueMessage {
    std::string id;
    std::string receipt;  ///< proves that it was taken; renew() changes it
    std::uint32_t dequeues = 1;
    std::string text;
};

/// At least once, in no order: a message may come again, late, or behind a later one.
/// Thread: every member may be called from any thread at once.
/// Errors of every member: NotFound when the queue does not exist; Denied, Throttled, Unavailable, TimedOut, Cancelled.
class Queue {
public:
    Queue() = default;
    virtual ~Queue() = default;
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    /// `text`: at most kMaxMessageBytes of printable ASCII. It vanishes by itself after `lifetime`.
    virtual Result<void>
    put(std::string_view text, std::chrono::seconds lifetime, std::stop_token stop) = 0;
    /// Up to `at_most` (1 to 32) messages, hidden from others for `visibility`. Does not wait for any to come.
    virtual Result<std::vector<QueueMessage>>
    get(std::size_t at_most, std::chrono::seconds visibility, std::stop_token stop) = 0;
    /// Hides a taken message for `visibility` from now on.
    /// Errors: NotFound when it is gone; Conflict when somebody else has taken it meanwhile.
    virtual Result<void>
    renew(QueueMessage& message, std::chrono::seconds visibility, std::stop_token stop) = 0;
    /// Succeeds as well when the message is gone, or taken by somebody else.
    virtual Result<void> remove(const QueueMessage& message, std::stop_token stop) = 0;
};

/// Longest text of one message, so that a service which keeps base64 in 64 KiB takes it too.
/// Source: docs/worker-protocol.md section 3.
inline constexpr std::size_t kMaxMessageBytes = std::size_t{48} << 10U;

}  // namespace starkeep::protocol
