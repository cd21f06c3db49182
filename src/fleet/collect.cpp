// SPDX-License-Identifier: Apache-2.0
#include "fleet/collect.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/region.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/resources/resources.hpp"
#include "azure/storage/authorization.hpp"
#include "azure/storage/blob_client.hpp"
#include "azure/storage/shared_key.hpp"
#include "azure/storage_accounts/storage_accounts.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/account_access_internal.hpp"
#include "fleet/deployment.hpp"
#include "fleet/drafter_internal.hpp"
#include "fleet/launch.hpp"
#include "fleet/names.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/worker_id.hpp"
#include "sys/clock.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

using azure::arm::same_text;
namespace accounts = azure::storage_accounts;

namespace {

/// What there is of one worker.
struct Remains {
    /// Where its machine is or would be.
    Network network;
    /// The latest end of a lease that any part bears.
    std::optional<std::chrono::sys_seconds> lease_until;
    std::vector<Leftover> parts;
};

using Workers = std::map<WorkerId, Remains>;

bool is_ours(const Deployment& deployment, const azure::arm::Tags& tags, std::string_view role)
{
    return azure::arm::has_tag(tags, tag::kAppliance, deployment.appliance.hex()) &&
           azure::arm::has_tag(tags, tag::kRole, role);
}

std::string kind_of(const std::string& type)
{
    if (same_text(type, "Microsoft.Compute/virtualMachines")) {
        return "virtual machine";
    }
    if (same_text(type, "Microsoft.Network/networkInterfaces")) {
        return "network interface";
    }
    return same_text(type, "Microsoft.Compute/disks") ? "disk" : "";
}

/// The storage accounts by region; a region without one has no worker files.
std::map<std::string, StorageAccount>
accounts_by_region(const Deployment& deployment, const std::vector<accounts::StorageAccount>& all)
{
    std::map<std::string, StorageAccount> found;
    for (const accounts::StorageAccount& account : all) {
        if (is_ours(deployment, account.tags, tag::kStorageRole)) {
            found.emplace(azure::arm::normalize_region(account.region), described(account));
        }
    }
    return found;
}

Network network_of(
    const std::map<std::string, StorageAccount>& accounts,
    const Deployment& deployment,
    const std::string& region,
    const std::string& group
)
{
    Network network{.region = region, .resource_group = group};
    if (const auto files = accounts.find(region); files != accounts.end()) {
        network.files = files->second;
    }
    if (const auto talk = accounts.find(deployment.region); talk != accounts.end()) {
        network.talk = talk->second;
    }
    return network;
}

/// Parts that ARM knows of.
void add_resource(
    Workers& workers,
    const std::map<std::string, StorageAccount>& accounts,
    const Deployment& deployment,
    const azure::resources::Resource& resource
)
{
    const std::string kind = kind_of(resource.type);
    const std::optional<WorkerId> id = worker_of(resource.name);
    if (kind.empty() || !id || !is_ours(deployment, resource.tags, tag::kWorkerRole)) {
        return;
    }
    Remains& remains = workers[*id];
    remains.network = network_of(
        accounts, deployment, azure::arm::normalize_region(resource.region), resource.id.group()
    );
    remains.parts.push_back({.kind = kind, .name = resource.name, .resource_id = resource.id.text()}
    );
    const auto lease = resource.tags.find(tag::kLease);
    if (lease != resource.tags.end()) {
        const Result<std::chrono::sys_seconds> until = sys::parse_rfc3339(lease->second);
        // An unreadable lease has run out.
        if (until.ok() && (!remains.lease_until || *remains.lease_until < *until)) {
            remains.lease_until = *until;
        }
    }
}

/// Workers of which nothing but files and queues may be left.
Result<void> add_files(
    const Services& services,
    Workers& workers,
    const Deployment& deployment,
    const std::map<std::string, StorageAccount>& accounts,
    const std::string& region
)
{
    const StorageAccount& account = accounts.at(region);
    TRY_LET(azure::storage::SharedKey key, account_key(services, account));
    azure::storage::BlobClient client(
        services.data,
        storage_options(
            services, account.blob_endpoint, azure::storage::by_shared_key(std::move(key))
        ),
        std::string(kWorkerContainer)
    );
    const Result<std::vector<azure::storage::BlobInfo>> files = client.list("", services.stop);
    if (!files.ok()) {
        return files.error().code() == ErrorCode::NotFound ? Result<void>()
                                                           : unreachable(files.error(), account);
    }
    for (const azure::storage::BlobInfo& file : *files) {
        if (const std::optional<WorkerId> id = worker_of(file.name)) {
            Remains& remains = workers[*id];
            if (remains.network.region.empty()) {
                remains.network =
                    network_of(accounts, deployment, region, resource_group_name(region));
            }
            remains.parts.push_back({.kind = "worker file", .name = file.name});
        }
    }
    return {};
}

void remove_remains(
    const Services& services,
    const CollectRequest& request,
    WorkerId id,
    Remains& remains,
    StepSink& sink
)
{
    const Result<void> removed =
        remove_worker(services, request.deployment, remains.network, id, sink);
    for (Leftover& part : remains.parts) {
        part.is_removed = removed.ok();
        if (!removed.ok()) {
            part.reason += "; " + removed.error().account();
        }
    }
}

}  // namespace

Result<std::vector<Leftover>>
collect(const Services& services, const CollectRequest& request, StepSink& sink)
{
    TRY(check(request.deployment));
    const std::string& subscription = request.deployment.subscription;
    TRY_LET(
        const std::vector<accounts::StorageAccount> all_accounts,
        accounts::list_storage_accounts(services.arm, subscription, services.stop)
    );
    const auto by_region = accounts_by_region(request.deployment, all_accounts);
    TRY_LET(
        const std::vector<azure::resources::Resource> resources,
        azure::resources::list_resources(
            services.arm,
            subscription,
            {.name = std::string(tag::kAppliance), .value = request.deployment.appliance.hex()},
            services.stop
        )
    );
    Workers workers;
    for (const azure::resources::Resource& resource : resources) {
        add_resource(workers, by_region, request.deployment, resource);
    }
    std::vector<Leftover> leftovers;
    for (const auto& [region, account] : by_region) {
        const Result<void> added =
            add_files(services, workers, request.deployment, by_region, region);
        if (!added.ok()) {
            // Machines cost more than files: they go in any case.
            leftovers.push_back(
                {.kind = "storage account",
                 .name = account.name,
                 .resource_id = account.resource_id,
                 .reason = added.error().account()}
            );
        }
    }
    for (auto& [id, remains] : workers) {
        const bool is_leased = remains.lease_until && *remains.lease_until > services.clock.now();
        if (request.in_use.contains(id) || is_leased) {
            continue;
        }
        for (Leftover& part : remains.parts) {
            part.reason = remains.lease_until
                              ? "its lease ended " + sys::format_rfc3339(*remains.lease_until)
                              : "no machine belongs to it";
        }
        if (!request.dry_run) {
            remove_remains(services, request, id, remains, sink);
        }
        leftovers.insert(leftovers.end(), remains.parts.begin(), remains.parts.end());
    }
    return leftovers;
}

}  // namespace starkeep::fleet
