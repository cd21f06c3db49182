// SPDX-License-Identifier: Apache-2.0
#include "fleet/verify_network.hpp"

#include "azure/arm/resource_id.hpp"
#include "azure/compute/run_command.hpp"
#include "azure/compute/virtual_machines.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/fault.hpp"
#include "fleet/ipv4_prefix.hpp"
#include "fleet/machine_internal.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/reach_script_internal.hpp"
#include "fleet/script_internal.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/worker_id.hpp"
#include "json/json.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

namespace {

constexpr std::chrono::hours kProbeLease{1};
constexpr std::string_view kStep = "verify";

Result<std::vector<ReachResult>> probe(
    const Services& services,
    const VerifyRequest& request,
    const azure::arm::ResourceId& machine,
    StepSink& sink
)
{
    sink.report(kStep, StepState::Running, "asking from " + machine.name());
    TRY_LET(
        const azure::compute::ScriptOutput output,
        run_script(
            services,
            {.machine = machine,
             .region = request.network.region,
             .name = "verify",
             .script = reach_script(request.targets)},
            sink
        )
    );
    return parse_reach(request.targets, output.out);
}

/// A machine for this question alone.
Result<std::vector<ReachResult>>
probe_by_new_machine(const Services& services, const VerifyRequest& request, StepSink& sink)
{
    const WorkerId id = sys::random_id<WorkerId>();
    sink.report(kStep, StepState::Running, "making a machine to ask from");
    const auto ask = [&]() -> Result<std::vector<ReachResult>> {
        TRY_LET(
            const azure::compute::VirtualMachine machine,
            find_or_make_machine(
                services,
                {.deployment = request.deployment,
                 .network = request.network,
                 .id = id,
                 .lease_until = services.clock.now() + kProbeLease},
                sink
            )
        );
        TRY(await_agent(services, machine.id));
        return probe(services, request, machine.id, sink);
    };
    Result<std::vector<ReachResult>> results = ask();
    const Result<void> removed =
        remove_machine(services, machine_id(request.deployment, request.network, id), id, sink);
    if (results.ok() && !removed.ok()) {
        return removed.error();
    }
    return results;
}

}  // namespace

Result<std::vector<ReachResult>>
verify_network(const Services& services, const VerifyRequest& request, StepSink& sink)
{
    TRY(check(request.deployment));
    Result<std::vector<ReachResult>> results = [&]() -> Result<std::vector<ReachResult>> {
        if (request.vm_id.empty()) {
            return probe_by_new_machine(services, request, sink);
        }
        TRY_LET(const azure::arm::ResourceId machine, azure::arm::ResourceId::parse(request.vm_id));
        return probe(services, request, machine, sink);
    }();
    if (!results.ok()) {
        sink.report(kStep, StepState::Failed, results.error().text());
        return results;
    }
    const auto good = std::count_if(results->begin(), results->end(), [&](const ReachResult& one) {
        return one.is_good(request.deployment.private_network);
    });
    sink.report(
        kStep,
        StepState::Done,
        std::to_string(good) + " of " + std::to_string(results->size()) + " servers are reached"
    );
    return results;
}

Json to_json(const std::vector<ReachResult>& results, bool must_be_private)
{
    static constexpr std::array<std::string_view, 4> kLayers{"dns", "tcp", "tls", "reached"};
    Json all = Json::array();
    for (const ReachResult& one : results) {
        all.push_back({
            {"host", one.reach.host},
            {"port", one.reach.port},
            {"ok", one.is_good(must_be_private)},
            {"layer", kLayers.at(static_cast<std::size_t>(one.layer))},
            {"addresses", one.addresses},
            {"private", one.is_private},
            {"remedy", one.remedy},
        });
    }
    return all;
}

}  // namespace starkeep::fleet
