// SPDX-License-Identifier: Apache-2.0
// The queues of one worker as the protocol wants them, and waiting for the worker's first word.
#pragma once

#include "base/result.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/worker_id.hpp"
#include "protocol/appliance_link.hpp"
#include "protocol/queue.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace starkeep::fleet {

struct OpenQueues {
    std::unique_ptr<protocol::Queue> tasks;
    std::unique_ptr<protocol::Queue> events;
};

/// The appliance's side, by the account's key. `services` lives longer.
/// Errors: what ARM answers to the question for the key.
Result<OpenQueues> open_queues(const Services& services, const Network& network, WorkerId id);

/// Looks until hello has opened the link. What came with it is given back, unconfirmed: save it with the link, then
/// confirm.
/// Errors: TimedOut, with layer, owner and remedy.
Result<std::vector<protocol::ReceivedEvent>> await_hello(
    const Services& services,
    protocol::ApplianceLink& link,
    WorkerId id,
    std::chrono::minutes limit,
    StepSink& sink
);

}  // namespace starkeep::fleet
