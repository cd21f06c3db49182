// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/compute/catalog.hpp"
#include "azure/compute/virtual_machines.hpp"
#include "azure/network/interfaces.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/base64.hpp"
#include "codec/ed25519.hpp"
#include "codec/hash.hpp"
#include "fleet/deployment.hpp"
#include "fleet/fault.hpp"
#include "fleet/machine_internal.hpp"
#include "fleet/names.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/operation_memory_internal.hpp"
#include "fleet/patience_internal.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/vm_size_internal.hpp"
#include "fleet/worker_id.hpp"
#include "sys/clock.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

namespace compute = azure::compute;
using azure::arm::ResourceId;
using azure::arm::same_text;

namespace {

constexpr std::chrono::minutes kMachineLimit{20};
constexpr std::chrono::minutes kAgentLimit{15};

/// Azure wants a key. The private half is forgotten at once: nobody logs in to a worker.
/// Source: RFC 4253 section 6.6, RFC 8709 section 4.
std::string nobodys_ssh_key()
{
    codec::Key256 forgotten;
    sys::fill_random(forgotten.bytes);
    const std::string type = "ssh-ed25519";
    Bytes blob;
    const auto append_string = [&blob](ByteView text) {
        const Bytes length{
            std::byte{0}, std::byte{0}, std::byte{0}, static_cast<std::byte>(text.size())
        };
        append(blob, length);
        append(blob, text);
    };
    append_string(as_bytes(type));
    append_string(codec::ed25519_public_key(forgotten));
    return type + " " + codec::encode_base64(blob);
}

azure::arm::Tags tags_of(const MachineRequest& request)
{
    return {
        {std::string(tag::kAppliance), request.deployment.appliance.hex()},
        {std::string(tag::kRole), std::string(tag::kWorkerRole)},
        {std::string(tag::kLease), sys::format_rfc3339(request.lease_until)},
    };
}

ResourceId sibling(const ResourceId& machine, std::string_view type, std::string_view name)
{
    return ResourceId::make(machine.subscription(), machine.group(), type, name);
}

Result<ResourceId>
find_or_make_interface(const Services& services, const MachineRequest& request, StepSink& sink)
{
    const ResourceId id = sibling(
        machine_id(request.deployment, request.network, request.id),
        "Microsoft.Network/networkInterfaces",
        worker_names(request.id).interface
    );
    TRY(finish_remembered(services, sink, id.text()));
    TRY_LET(
        const auto found,
        azure::arm::if_present(azure::network::get_interface(services.arm, id, services.stop))
    );
    if (found) {
        return id;
    }
    TRY_LET(const ResourceId subnet, ResourceId::parse(request.network.subnet_id));
    TRY(run_once(services, sink, id.text(), [&](const azure::arm::Wait& wait) {
        return azure::network::put_interface(
            services.arm,
            id,
            {.region = request.network.region, .tags = tags_of(request), .subnet = subnet},
            wait
        );
    }));
    return id;
}

/// Looks up the machine; one that is being made is waited for.
Result<std::optional<compute::VirtualMachine>>
settled_machine(const Services& services, const ResourceId& id, StepSink& sink)
{
    TRY(finish_remembered(services, sink, id.text()));
    std::optional<compute::VirtualMachine> machine;
    TRY(until(services, kMachineLimit, "machine " + id.name(), [&]() -> Result<bool> {
        TRY_LET(
            machine,
            azure::arm::if_present(compute::get_virtual_machine(services.arm, id, services.stop))
        );
        return !machine || same_text(machine->provisioning_state, "Succeeded") ||
               same_text(machine->provisioning_state, "Failed");
    }));
    return machine;
}

Error no_size(const MachineRequest& request, const std::vector<std::string>& reasons)
{
    std::string all;
    for (const std::string& reason : reasons) {
        all += (all.empty() ? "" : "; ") + reason;
    }
    return to_error(
        {.code = ErrorCode::NoSpace,
         .layer = Layer::Quota,
         .what = "no machine for a worker in " + request.network.region + ": " + all,
         .owner = "the owner of subscription " + request.deployment.subscription,
         .remedy = "Ask for quota under Subscriptions, Usage + quotas, or name other sizes in the "
                   "deployment's "
                   "vm_sizes."}
    );
}

Result<SizeChoice> sizes_on_offer(const Services& services, const MachineRequest& request)
{
    const std::string& subscription = request.deployment.subscription;
    const std::string& region = request.network.region;
    TRY_LET(
        const std::vector<compute::Size> sizes,
        compute::list_sizes(services.arm, subscription, region, services.stop)
    );
    TRY_LET(
        const std::vector<compute::Usage> usages,
        compute::list_usages(services.arm, subscription, region, services.stop)
    );
    return choose_sizes(request.deployment.vm_sizes, sizes, usages);
}

Result<void> make_machine(
    const Services& services,
    const MachineRequest& request,
    const ResourceId& id,
    const std::string& size,
    StepSink& sink
)
{
    TRY_LET(const ResourceId interface, find_or_make_interface(services, request, sink));
    return run_once(services, sink, id.text(), [&](const azure::arm::Wait& wait) {
        return compute::put_virtual_machine(
            services.arm,
            id,
            {.region = request.network.region,
             .tags = tags_of(request),
             .size = size,
             .os_disk_name = worker_names(request.id).disk,
             .interface = interface,
             .ssh_public_key = nobodys_ssh_key(),
             .custom_data = request.custom_data},
            wait
        );
    });
}

/// What a failed machine was tried with, so that the next round takes another size.
void give_up_size(SizeChoice& choice, const std::string& size, const std::string& reason)
{
    const auto is_it = [&](const std::string& one) {
        return same_text(one, size);
    };
    const auto gone = std::find_if(choice.usable.begin(), choice.usable.end(), is_it);
    if (gone != choice.usable.end()) {
        choice.usable.erase(gone);
    }
    choice.refused.push_back(size + ": " + reason);
}

}  // namespace

ResourceId machine_id(const Deployment& deployment, const Network& network, WorkerId id)
{
    return ResourceId::make(
        deployment.subscription,
        network.resource_group,
        "Microsoft.Compute/virtualMachines",
        worker_names(id).vm
    );
}

Result<compute::VirtualMachine>
find_or_make_machine(const Services& services, const MachineRequest& request, StepSink& sink)
{
    const ResourceId id = machine_id(request.deployment, request.network, request.id);
    std::optional<SizeChoice> choice;
    std::string failed_size;
    for (;;) {
        TRY_LET(const auto found, settled_machine(services, id, sink));
        if (found && !azure::arm::has_tag(
                         found->tags, tag::kAppliance, request.deployment.appliance.hex()
                     )) {
            return to_error(
                {.code = ErrorCode::Conflict,
                 .layer = Layer::Name,
                 .what = "machine " + id.name() + " is there and lacks this appliance's tag",
                 .owner = "the owner of resource group " + id.group(),
                 .remedy = "Remove or rename that machine."}
            );
        }
        if (found && same_text(found->provisioning_state, "Succeeded")) {
            return *found;
        }
        if (!choice) {
            TRY_LET(choice, sizes_on_offer(services, request));
        }
        if (found) {
            give_up_size(*choice, found->size, "the machine could not be made");
            TRY(remove_machine(services, id, request.id, sink));
        }
        if (choice->usable.empty()) {
            return no_size(request, choice->refused);
        }
        const std::string size = choice->usable.front();
        sink.report(step::kWorker, StepState::Running, "making machine " + id.name() + ", " + size);
        const Result<void> made = make_machine(services, request, id, size, sink);
        if (!made.ok() && made.error().code() != ErrorCode::NoSpace) {
            return made.error();
        }
        if (!made.ok()) {
            give_up_size(*choice, size, made.error().message());
            TRY(remove_machine(services, id, request.id, sink));
        }
    }
}

Result<void> await_agent(const Services& services, const ResourceId& machine)
{
    Result<void> ready =
        until(services, kAgentLimit, "agent of machine " + machine.name(), [&]() -> Result<bool> {
            TRY_LET(
                const compute::InstanceView view,
                compute::get_instance_view(services.arm, machine, services.stop)
            );
            return view.is_agent_ready();
        });
    if (!ready.ok() && ready.error().code() == ErrorCode::TimedOut) {
        return to_error(
            {.code = ErrorCode::TimedOut,
             .layer = Layer::Agent,
             .what = "the agent of machine " + machine.name() + " has not reported within " +
                     std::to_string(kAgentLimit.count()) + " minutes",
             .owner = "whoever guards the network of the workers' subnet",
             .remedy = "Let the machine reach 168.63.129.16 on ports 80 and 32526, and look at its "
                       "boot diagnostics."}
        );
    }
    return ready;
}

Result<void>
remove_machine(const Services& services, const ResourceId& machine, WorkerId id, StepSink& sink)
{
    const WorkerNames names = worker_names(id);
    const ResourceId disk = sibling(machine, "Microsoft.Compute/disks", names.disk);
    const ResourceId interface =
        sibling(machine, "Microsoft.Network/networkInterfaces", names.interface);
    const std::string removal = machine.text() + "/delete";
    TRY(run_once(services, sink, removal, [&](const azure::arm::Wait& wait) {
        return compute::remove_virtual_machine(services.arm, machine, wait);
    }));
    TRY(compute::remove_disk(services.arm, disk, {.stop = services.stop}));
    return azure::network::remove_interface(services.arm, interface, {.stop = services.stop});
}

}  // namespace starkeep::fleet
