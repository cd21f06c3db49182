// SPDX-License-Identifier: Apache-2.0
#include "appliance/worker_transfer.hpp"

#include "appliance/fleet_sink.hpp"
#include "appliance/problem.hpp"
#include "appliance/runner.hpp"
#include "appliance/session_reporter.hpp"
#include "appliance/sessions.hpp"
#include "appliance/worker_keys.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "fleet/launch.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/queues.hpp"
#include "fleet/services.hpp"
#include "json/json.hpp"
#include "protocol/appliance_link.hpp"
#include "protocol/event.hpp"
#include "protocol/task.hpp"
#include "sys/random.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace starkeep::appliance {

namespace {

constexpr const char* kKeys = "worker";
constexpr const char* kTalk = "talk";
constexpr std::chrono::milliseconds kLookEvery{2000};
constexpr std::chrono::minutes kHelloWithin{15};
constexpr std::chrono::hours kHelloExpires{2};

/// One worker and the task that it was made for.
class Attempt {
public:
    Attempt(const fleet::Services& services, const WorkerJob& job, TaskReporter& reporter)
        : services_(services), job_(job), reporter_(reporter), sink_(reporter)
    {
    }

    /// Nothing when the worker died: another one may try.
    Result<std::optional<TaskOutcome>> run()
    {
        TRY_LET(const WorkerKeys keys, keys_of_task());
        TRY_LET(const fleet::Network network, fleet::apply_network(services_, job_.network, sink_));
        TRY(open_talk(keys, network));
        TRY(reporter_.begin(kTransferStep, "worker " + keys.link.worker.hex() + " works"));
        TRY(link_->send({.id = keys.task, .body = job_.body}, job_.secrets, services_.stop));
        TRY_LET(std::optional<TaskOutcome> outcome, listen(keys));
        if (!outcome || !job_.keep_worker) {
            TRY(end_worker(keys, network));
        }
        return outcome;
    }

private:
    Sessions& memory() const { return reporter_.sessions(); }

    Result<WorkerKeys> keys_of_task()
    {
        TRY_LET(
            const std::optional<Sessions::Operation> kept,
            memory().find_operation(reporter_.session(), reporter_.task(), kKeys)
        );
        if (kept && kept->sealed) {
            return unpack_keys(*kept->sealed);
        }
        WorkerKeys keys{
            .link = protocol::LinkKeys::generate(
                sys::random_id<protocol::WorkerId>(), services_.clock.now() + kHelloExpires
            ),
            .task = sys::random_id<protocol::TaskId>()
        };
        TRY(memory().save_operation(
            reporter_.session(),
            reporter_.task(),
            kKeys,
            {{"worker", keys.link.worker.hex()}},
            pack_keys(keys)
        ));
        return keys;
    }

    Result<void> open_talk(const WorkerKeys& keys, const fleet::Network& network)
    {
        TRY_LET(
            const std::optional<Sessions::Operation> kept,
            memory().find_operation(reporter_.session(), reporter_.task(), kTalk)
        );
        if (!kept) {
            TRY(fleet::launch_worker(
                services_,
                {.deployment = job_.network.deployment,
                 .network = network,
                 .keys = keys.link,
                 .signing_key = job_.signing_key,
                 .bundle = job_.bundle},
                sink_
            ));
        }
        TRY_LET(queues_, fleet::open_queues(services_, network, keys.link.worker));
        if (kept && kept->sealed) {
            TRY_LET(
                link_,
                protocol::ApplianceLink::load(
                    kept->sealed->reveal(), *queues_.tasks, *queues_.events, services_.clock
                )
            );
            return {};
        }
        link_ = std::make_unique<protocol::ApplianceLink>(
            keys.link, *queues_.tasks, *queues_.events, services_.clock
        );
        TRY_LET(
            const std::vector<protocol::ReceivedEvent> heard,
            fleet::await_hello(services_, *link_, keys.link.worker, kHelloWithin, sink_)
        );
        return keep(heard);
    }

    /// First what the events mean and the talk's state, then the confirmation:
    /// what was not kept comes again.
    Result<void> keep(const std::vector<protocol::ReceivedEvent>& heard)
    {
        for (const protocol::ReceivedEvent& received : heard) {
            TRY(take(received.event));
        }
        TRY(memory().save_operation(
            reporter_.session(), reporter_.task(), kTalk, Json::object(), link_->save()
        ));
        for (const protocol::ReceivedEvent& received : heard) {
            TRY(link_->confirm(received, services_.stop));
        }
        return {};
    }

    Result<void> take(const protocol::Event& event)
    {
        if (const auto* progress = std::get_if<protocol::TaskProgress>(&event)) {
            return memory().set_progress(
                reporter_.session(),
                reporter_.task(),
                {{"phase", progress->phase},
                 {"bytes_done", progress->bytes_done},
                 {"bytes_total", progress->bytes_total},
                 {"rows", progress->rows}}
            );
        }
        if (const auto* line = std::get_if<protocol::Log>(&event)) {
            constexpr std::array<std::string_view, 3> kLevels = {"info", "warning", "error"};
            return reporter_.log(kLevels.at(static_cast<std::size_t>(line->level)), line->text);
        }
        if (const auto* finished = std::get_if<protocol::Finished>(&event)) {
            const int status = finished->exit_status;
            outcome_ = TaskOutcome{
                .state = status == 0   ? State::Done
                         : status == 3 ? State::Warning
                                       : State::Failed,
                .result = finished->result,
                .error = {}
            };
            return reporter_.end(kTransferStep, StepState::Done, "the worker has finished");
        }
        if (const auto* failed = std::get_if<protocol::Failed>(&event)) {
            Json said = problem(Error{failed->code, failed->message, failed->hint});
            said["step"] = std::string(kTransferStep);
            outcome_ = TaskOutcome{
                .state = failed->code == ErrorCode::Cancelled ? State::Cancelled : State::Failed,
                .result = {},
                .error = std::move(said)
            };
            return reporter_.end(kTransferStep, StepState::Failed, failed->message);
        }
        return {};
    }

    Result<std::optional<TaskOutcome>> listen(const WorkerKeys& keys)
    {
        while (!outcome_) {
            TRY_LET(
                const std::vector<protocol::ReceivedEvent> heard, link_->receive(services_.stop)
            );
            if (!heard.empty()) {
                TRY(keep(heard));
                continue;
            }
            if (link_->is_dead()) {
                TRY(reporter_.log(
                    "warning", "worker " + keys.link.worker.hex() + " is silent: taken for dead"
                ));
                return std::optional<TaskOutcome>();
            }
            if (!services_.wait(services_.stop, kLookEvery)) {
                return stopped(keys);
            }
        }
        return outcome_;
    }

    Result<std::optional<TaskOutcome>> stopped(const WorkerKeys& keys)
    {
        TRY_LET(const bool cancelled, memory().is_cancel_requested(reporter_.session()));
        if (!cancelled) {
            return Error{ErrorCode::Cancelled, "the appliance ends; the worker goes on"};
        }
        // The stop token is used up; the stop message must go out nevertheless.
        TRY(link_->send(
            {.id = sys::random_id<protocol::TaskId>(), .body = protocol::StopTask{.task = keys.task}
            },
            {},
            std::stop_token()
        ));
        return Error{ErrorCode::Cancelled, "cancelled; the worker was told to stop"};
    }

    Result<void> end_worker(const WorkerKeys& keys, const fleet::Network& network)
    {
        TRY(fleet::remove_worker(
            services_, job_.network.deployment, network, keys.link.worker, sink_
        ));
        TRY(memory().remove_operation(reporter_.session(), reporter_.task(), kTalk));
        return memory().remove_operation(reporter_.session(), reporter_.task(), kKeys);
    }

    const fleet::Services& services_;
    const WorkerJob& job_;
    TaskReporter& reporter_;
    FleetSink sink_;
    fleet::OpenQueues queues_;
    std::unique_ptr<protocol::ApplianceLink> link_;
    std::optional<TaskOutcome> outcome_;
};

}  // namespace

Result<TaskOutcome>
transfer_by_worker(const fleet::Services& services, const WorkerJob& job, TaskReporter& reporter)
{
    for (unsigned made = 0; made < kWorkersPerTask; ++made) {
        Attempt attempt(services, job, reporter);
        TRY_LET(std::optional<TaskOutcome> outcome, attempt.run());
        if (outcome) {
            return std::move(*outcome);
        }
    }
    return Error{
        ErrorCode::Unavailable,
        std::to_string(kWorkersPerTask) + " workers died over this task",
        "Look at the session's log for what they said last, and at the "
        "machines' boot diagnostics."
    };
}

}  // namespace starkeep::appliance
