// SPDX-License-Identifier: Apache-2.0
#include "fleet/queues.hpp"

#include "azure/storage/authorization.hpp"
#include "azure/storage/queue_client.hpp"
#include "azure/storage/shared_key.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/account_access_internal.hpp"
#include "fleet/fault.hpp"
#include "fleet/names.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/patience_internal.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/worker_id.hpp"
#include "protocol/appliance_link.hpp"
#include "protocol/queue.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

namespace storage = azure::storage;

namespace {

class AzureQueue final : public protocol::Queue {
public:
    AzureQueue(http::Transport& transport, storage::ServiceOptions options, std::string name)
        : client_(transport, std::move(options), std::move(name))
    {
    }

    Result<void>
    put(std::string_view text, std::chrono::seconds lifetime, std::stop_token stop) override
    {
        return client_.put(text, lifetime, stop);
    }

    Result<std::vector<protocol::QueueMessage>>
    get(std::size_t at_most, std::chrono::seconds visibility, std::stop_token stop) override
    {
        TRY_LET(
            std::vector<storage::QueueMessage> taken,
            client_.get(static_cast<unsigned>(at_most), visibility, stop)
        );
        std::vector<protocol::QueueMessage> messages;
        for (storage::QueueMessage& message : taken) {
            messages.push_back({
                .id = std::move(message.id),
                .receipt = std::move(message.pop_receipt),
                .dequeues = static_cast<std::uint32_t>(std::min<std::uint64_t>(
                    message.dequeue_count, std::numeric_limits<std::uint32_t>::max()
                )),
                .text = std::move(message.text),
            });
        }
        return messages;
    }

    Result<void> renew(
        protocol::QueueMessage& message, std::chrono::seconds visibility, std::stop_token stop
    ) override
    {
        TRY_LET(message.receipt, client_.renew(message.id, message.receipt, visibility, stop));
        return {};
    }

    Result<void> remove(const protocol::QueueMessage& message, std::stop_token stop) override
    {
        Result<void> removed = client_.remove(message.id, message.receipt, stop);
        return !removed.ok() && removed.error().code() == ErrorCode::NotFound ? Result<void>()
                                                                              : removed;
    }

private:
    storage::QueueClient client_;
};

Result<std::unique_ptr<protocol::Queue>>
open_queue(const Services& services, const StorageAccount& account, const std::string& name)
{
    TRY_LET(storage::SharedKey key, account_key(services, account));
    return std::unique_ptr<protocol::Queue>(std::make_unique<AzureQueue>(
        services.data,
        storage_options(services, account.queue_endpoint, storage::by_shared_key(std::move(key))),
        name
    ));
}

}  // namespace

Result<OpenQueues> open_queues(const Services& services, const Network& network, WorkerId id)
{
    const WorkerNames names = worker_names(id);
    OpenQueues queues;
    TRY_LET(queues.tasks, open_queue(services, network.talk, names.tasks_queue));
    TRY_LET(queues.events, open_queue(services, network.talk, names.events_queue));
    return queues;
}

Result<std::vector<protocol::ReceivedEvent>> await_hello(
    const Services& services,
    protocol::ApplianceLink& link,
    WorkerId id,
    std::chrono::minutes limit,
    StepSink& sink
)
{
    std::vector<protocol::ReceivedEvent> events;
    sink.report(
        step::kQueue, StepState::Running, "waiting for the first word of worker " + id.hex()
    );
    const Result<void> heard = until(services, limit, "worker " + id.hex(), [&]() -> Result<bool> {
        TRY_LET(std::vector<protocol::ReceivedEvent> more, link.receive(services.stop));
        events.insert(
            events.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end())
        );
        return link.is_open();
    });
    if (heard.ok()) {
        sink.report(step::kQueue, StepState::Done, "worker " + id.hex() + " is there");
        return events;
    }
    if (heard.error().code() != ErrorCode::TimedOut) {
        sink.report(step::kQueue, StepState::Failed, heard.error().text());
        return heard.error();
    }
    const Error silent = to_error(
        {.code = ErrorCode::TimedOut,
         .layer = Layer::Worker,
         .what = "worker " + id.hex() + " has not reported within " +
                 std::to_string(limit.count()) + " minutes",
         .owner = "whoever guards the network of the workers' subnet",
         .remedy = "Run starkeep network verify: the worker must reach the queues of the "
                   "appliance's region over "
                   "HTTPS. Its own log is the journal of starkeep-worker.service on the machine."}
    );
    sink.report(step::kQueue, StepState::Failed, silent.text());
    return silent;
}

}  // namespace starkeep::fleet
