// SPDX-License-Identifier: Apache-2.0
// One queue of Queue storage and its messages: at least once, in no order.
#pragma once

#include "azure/storage/service.hpp"
#include "base/result.hpp"
#include "http/transport.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::storage {

/// Of the text as it goes over the wire, before XML's own escapes.
inline constexpr std::size_t kLargestMessage = std::size_t{64} << 10U;

struct QueueMessage {
    std::string id;
    std::string pop_receipt;  ///< needed to renew and to remove; each renewal makes another
    std::string text;
    std::uint64_t dequeue_count = 0;
    std::chrono::sys_seconds inserted_at{};
};

/// All members answer with storage_error's codes besides those they name.
/// Thread: any.
class QueueClient {
public:
    /// `transport` is one bare exchange, and lives longer.
    QueueClient(http::Transport& transport, ServiceOptions service, std::string queue);

    /// "https://account.queue.core.windows.net/queue"
    std::string url() const;

    /// Succeeds as well when it is there.
    /// Errors: Conflict while an earlier one of that name is being deleted.
    Result<void> create(std::stop_token stop = {});
    /// Succeeds as well when it is not there.
    Result<void> remove_queue(std::stop_token stop = {});

    /// After a lost answer it is sent again: a message may arrive twice.
    /// Errors: NotFound without the queue; InvalidInput for text that is too long, no UTF-8 or holds control characters that
    /// XML cannot carry. `lifetime` zero: for ever.
    Result<void>
    put(std::string_view text, std::chrono::seconds lifetime, std::stop_token stop = {});

    /// Up to `limit` (1 to 32) messages, hidden from others for `visibility` (1 s to 7 days).
    /// Errors: NotFound without the queue.
    Result<std::vector<QueueMessage>>
    get(unsigned limit, std::chrono::seconds visibility, std::stop_token stop = {});

    /// Hides a message for `visibility` from now on, and gives its new pop receipt.
    /// Errors: NotFound when the message is gone or another reader has it.
    Result<std::string> renew(
        std::string_view id,
        std::string_view pop_receipt,
        std::chrono::seconds visibility,
        std::stop_token stop = {}
    );

    /// Errors: NotFound when the message is gone or another reader has it.
    Result<void>
    remove(std::string_view id, std::string_view pop_receipt, std::stop_token stop = {});

private:
    std::string message_path(std::string_view id, std::string_view pop_receipt) const;

    Service service_;
    std::string queue_;
};

/// Reads the XML of a list of messages.
/// Errors: Corrupt.
Result<std::vector<QueueMessage>> parse_queue_messages(std::string_view xml);

/// The XML that carries a message.
std::string format_queue_message(std::string_view text);

}  // namespace starkeep::azure::storage
