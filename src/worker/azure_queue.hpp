// SPDX-License-Identifier: Apache-2.0
// A queue of Azure Queue Storage, named by a URL with a SAS, as the talk needs it.
#pragma once

#include "azure/storage/queue_client.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/transport.hpp"
#include "protocol/queue.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::worker {

/// Thread: any.
class AzureQueue final : public protocol::Queue {
public:
    /// `url`: "https://account.queue.core.windows.net/name?sv=…&sig=…". `transport` is one bare exchange and lives longer.
    /// Errors: InvalidInput, which does not repeat the URL.
    static Result<std::unique_ptr<AzureQueue>> open(const Secret& url, http::Transport& transport);

    /// For messages, without the SAS.
    std::string url() const { return client_.url(); }

    Result<void>
    put(std::string_view text, std::chrono::seconds lifetime, std::stop_token stop) override;
    Result<std::vector<protocol::QueueMessage>>
    get(std::size_t at_most, std::chrono::seconds visibility, std::stop_token stop) override;
    Result<void> renew(
        protocol::QueueMessage& message, std::chrono::seconds visibility, std::stop_token stop
    ) override;
    Result<void> remove(const protocol::QueueMessage& message, std::stop_token stop) override;

private:
    AzureQueue(http::Transport& transport, azure::storage::ServiceOptions service, std::string name)
        : client_(transport, std::move(service), std::move(name))
    {
    }

    azure::storage::QueueClient client_;
};

}  // namespace starkeep::worker
