// SPDX-License-Identifier: Apache-2.0
#include "fleet/launch.hpp"

#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/compute/run_command.hpp"
#include "azure/compute/virtual_machines.hpp"
#include "azure/resources/resources.hpp"
#include "azure/storage/authorization.hpp"
#include "azure/storage/queue_client.hpp"
#include "azure/storage/shared_key.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/account_access_internal.hpp"
#include "fleet/bootstrap_script_internal.hpp"
#include "fleet/deployment.hpp"
#include "fleet/fault.hpp"
#include "fleet/machine_internal.hpp"
#include "fleet/names.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/patience_internal.hpp"
#include "fleet/script_internal.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/worker_files_internal.hpp"
#include "fleet/worker_id.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::fleet {

namespace compute = azure::compute;
namespace storage = azure::storage;

namespace {

/// A queue of the same name that was just deleted keeps its name for half a minute and more.
constexpr std::chrono::minutes kQueueLimit{3};

/// Tells the sink how the step went. `act` gives the line for its end.
template <typename Act>
Result<void> in_step(StepSink& sink, std::string_view step, const Act& act)
{
    sink.report(step, StepState::Running, "");
    Result<std::string> done = act();
    if (!done.ok()) {
        sink.report(step, StepState::Failed, done.error().text());
        return std::move(done).error().during("step " + std::string(step));
    }
    sink.report(step, StepState::Done, *done);
    return {};
}

Result<std::string> bootstrap(
    const Services& services,
    const LaunchRequest& request,
    const azure::arm::ResourceId& machine,
    const Script& script,
    StepSink& sink
)
{
    sink.report(step::kBootstrap, StepState::Running, "running the bootstrap script");
    TRY_LET(
        const compute::ScriptOutput output,
        run_script(
            services,
            {.machine = machine,
             .region = request.network.region,
             .name = "bootstrap",
             .script = script,
             .form = request.deployment.bootstrap},
            sink
        )
    );
    if (output.succeeded()) {
        return std::string("installed and started");
    }
    const std::string status =
        output.exit_code ? "status " + std::to_string(*output.exit_code) : "no status";
    return to_error(
        {.code = ErrorCode::Rejected,
         .layer = Layer::Script,
         .what = std::string(bootstrap_fault(output.exit_code.value_or(-1))) + " on " +
                 machine.name() + " (" + status + "): " + output.error + output.out,
         .owner = "the administrator of this appliance",
         .remedy = "Run starkeep network verify: the machine must reach storage account " +
                   request.network.files.name + " by its private endpoint."}
    );
}

Result<void>
make_queue(const Services& services, const StorageAccount& account, const std::string& name)
{
    TRY_LET(storage::SharedKey key, account_key(services, account));
    storage::QueueClient client(
        services.data,
        storage_options(services, account.queue_endpoint, storage::by_shared_key(std::move(key))),
        name
    );
    return until(services, kQueueLimit, "queue " + name, [&]() -> Result<bool> {
        const Result<void> made = client.create(services.stop);
        if (!made.ok() && made.error().code() != ErrorCode::Conflict) {
            return unreachable(made.error(), account);
        }
        return made.ok();
    });
}

Result<void>
remove_queue(const Services& services, const StorageAccount& account, const std::string& name)
{
    if (account.resource_id.empty()) {
        return {};
    }
    TRY_LET(storage::SharedKey key, account_key(services, account));
    storage::QueueClient client(
        services.data,
        storage_options(services, account.queue_endpoint, storage::by_shared_key(std::move(key))),
        name
    );
    const Result<void> removed = client.remove_queue(services.stop);
    return removed.ok() ? removed : unreachable(removed.error(), account);
}

std::chrono::sys_seconds
lease_of(const compute::VirtualMachine& machine, std::chrono::sys_seconds fallback)
{
    const auto lease = machine.tags.find(tag::kLease);
    if (lease == machine.tags.end()) {
        return fallback;
    }
    const Result<std::chrono::sys_seconds> until = sys::parse_rfc3339(lease->second);
    return until.ok() ? *until : fallback;
}

}  // namespace

Result<Worker> launch_worker(const Services& services, const LaunchRequest& request, StepSink& sink)
{
    TRY(check(request.deployment));
    const WorkerId id = request.keys.worker;
    if (request.keys.expires <= services.clock.now()) {
        return Error{
            ErrorCode::InvalidInput,
            "the keys of worker " + id.hex() + " have expired",
            "Remove what was made of it and launch a new worker."
        };
    }
    const WorkerNames names = worker_names(id);
    WorkerFiles files;
    TRY(in_step(sink, step::kUpload, [&]() -> Result<std::string> {
        TRY_LET(files, upload_worker_files(services, request, sink));
        return files.summary;
    }));
    const Script script = bootstrap_script(files.bundle, files.others);
    const bool by_cloud_init = request.deployment.bootstrap == Bootstrap::CloudInit;
    const std::chrono::sys_seconds lease_until = services.clock.now() + request.lease;
    compute::VirtualMachine machine;
    TRY(in_step(sink, step::kWorker, [&]() -> Result<std::string> {
        TRY_LET(
            machine,
            find_or_make_machine(
                services,
                {.deployment = request.deployment,
                 .network = request.network,
                 .id = id,
                 .lease_until = lease_until,
                 .custom_data = by_cloud_init ? whole_text(script) : ""},
                sink
            )
        );
        TRY(await_agent(services, machine.id));
        return machine.name + ", " + machine.size;
    }));
    TRY(in_step(sink, step::kBootstrap, [&]() -> Result<std::string> {
        if (by_cloud_init) {
            return std::string("left to cloud-init");
        }
        return bootstrap(services, request, machine.id, script, sink);
    }));
    TRY(in_step(sink, step::kQueue, [&]() -> Result<std::string> {
        TRY(make_queue(services, request.network.talk, names.tasks_queue));
        TRY(make_queue(services, request.network.talk, names.events_queue));
        return names.tasks_queue + ", " + names.events_queue + " in " + request.network.talk.name;
    }));
    return Worker{
        .id = id,
        .vm_id = machine.id.text(),
        .vm_size = machine.size,
        .lease_until = lease_of(machine, lease_until),
        .queues = {.tasks = names.tasks_queue, .events = names.events_queue},
    };
}

Result<void>
renew_lease(const Services& services, const Worker& worker, std::chrono::sys_seconds until)
{
    TRY_LET(const azure::arm::ResourceId id, azure::arm::ResourceId::parse(worker.vm_id));
    return azure::resources::merge_tags(
        services.arm,
        id,
        {{std::string(tag::kLease), sys::format_rfc3339(until)}},
        {.stop = services.stop}
    );
}

Result<void> remove_worker(
    const Services& services,
    const Deployment& deployment,
    const Network& network,
    WorkerId id,
    StepSink& sink
)
{
    const WorkerNames names = worker_names(id);
    return in_step(sink, step::kCleanup, [&]() -> Result<std::string> {
        sink.report(step::kCleanup, StepState::Running, "removing machine " + names.vm);
        TRY(remove_machine(services, machine_id(deployment, network, id), id, sink));
        sink.report(
            step::kCleanup, StepState::Running, "removing queues and files of worker " + id.hex()
        );
        TRY(remove_queue(services, network.talk, names.tasks_queue));
        TRY(remove_queue(services, network.talk, names.events_queue));
        // Last: by them the collector knows that there was a worker.
        TRY(remove_worker_files(services, network, id));
        return "worker " + id.hex() + " is gone";
    });
}

}  // namespace starkeep::fleet
