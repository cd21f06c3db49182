// SPDX-License-Identifier: Apache-2.0
#include "worker/azure_queue.hpp"

#include "azure/storage/authorization.hpp"
#include "azure/storage/queue_client.hpp"
#include "azure/storage/service.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "protocol/queue.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::worker {

namespace {

std::uint32_t clamped(std::uint64_t count)
{
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max())
    );
}

}  // namespace

Result<std::unique_ptr<AzureQueue>> AzureQueue::open(const Secret& url, http::Transport& transport)
{
    TRY_LET(const http::Url parts, http::parse_url(url.reveal()));
    const std::size_t slash = parts.path.rfind('/');
    std::string name = parts.path.substr(slash + 1);
    if (name.empty() || parts.query.empty()) {
        return Error{ErrorCode::InvalidInput, "the URL of a queue names no queue or has no SAS"};
    }
    azure::storage::ServiceOptions service{
        .endpoint = parts.origin() + parts.path.substr(0, slash),
        .authorization = azure::storage::by_sas(Secret(parts.query)),
        .retry = {}
    };
    return std::unique_ptr<AzureQueue>(
        new AzureQueue(transport, std::move(service), std::move(name))
    );
}

Result<void>
AzureQueue::put(std::string_view text, std::chrono::seconds lifetime, std::stop_token stop)
{
    return client_.put(text, lifetime, std::move(stop));
}

Result<std::vector<protocol::QueueMessage>>
AzureQueue::get(std::size_t at_most, std::chrono::seconds visibility, std::stop_token stop)
{
    TRY_LET(
        std::vector<azure::storage::QueueMessage> messages,
        client_.get(static_cast<unsigned>(at_most), visibility, std::move(stop))
    );
    std::vector<protocol::QueueMessage> out;
    out.reserve(messages.size());
    for (azure::storage::QueueMessage& message : messages) {
        out.push_back(
            {.id = std::move(message.id),
             .receipt = std::move(message.pop_receipt),
             .dequeues = clamped(message.dequeue_count),
             .text = std::move(message.text)}
        );
    }
    return out;
}

Result<void> AzureQueue::renew(
    protocol::QueueMessage& message, std::chrono::seconds visibility, std::stop_token stop
)
{
    TRY_LET(
        message.receipt, client_.renew(message.id, message.receipt, visibility, std::move(stop))
    );
    return {};
}

Result<void> AzureQueue::remove(const protocol::QueueMessage& message, std::stop_token stop)
{
    Result<void> removed = client_.remove(message.id, message.receipt, std::move(stop));
    if (!removed.ok() && removed.error().code() == ErrorCode::NotFound) {
        return {};
    }
    return removed;
}

}  // namespace starkeep::worker
