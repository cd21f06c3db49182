// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/region.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/cloud.hpp"
#include "azure/storage_accounts/storage_accounts.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/drafter_internal.hpp"
#include "fleet/fault.hpp"
#include "fleet/names.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/operation_memory_internal.hpp"
#include "fleet/patience_internal.hpp"
#include "fleet/step_sink.hpp"

#include <chrono>
#include <string>

namespace starkeep::fleet {

using azure::arm::ResourceId;
namespace accounts = azure::storage_accounts;

namespace {

/// More strangers than that do not happen to have a name made of a hash.
constexpr unsigned kNames = 8;

constexpr std::chrono::minutes kAccountLimit{10};

std::string without_slash(std::string url)
{
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

bool is_finished(const accounts::StorageAccount& account)
{
    return account.provisioning_state.empty() ||
           azure::arm::same_text(account.provisioning_state, "Succeeded");
}

}  // namespace

StorageAccount described(const accounts::StorageAccount& account)
{
    return {
        .name = account.name,
        .resource_id = account.id.text(),
        .resource_group = account.id.group(),
        .blob_endpoint = without_slash(account.blob_endpoint),
        .queue_endpoint = without_slash(account.queue_endpoint),
    };
}

Result<StorageAccount> Drafter::draft_account(const std::string& region)
{
    for (const accounts::StorageAccount& account : survey_.accounts) {
        if (is_tagged(account.tags) &&
            azure::arm::has_tag(account.tags, tag::kRole, tag::kStorageRole) &&
            azure::arm::normalize_region(account.region) == region) {
            draft_found_account(account);
            return described(account);
        }
    }
    const std::string group_name = resource_group_name(region);
    TRY(draft_group(group_name));
    TRY_LET(const std::string name, free_account_name(region, group_name));
    const ResourceId id = ResourceId::make(
        request_.deployment.subscription, group_name, "Microsoft.Storage/storageAccounts", name
    );
    TRY_LET(
        const auto found,
        azure::arm::if_present(accounts::get_storage_account(services_.arm, id, services_.stop))
    );
    if (found) {
        // The list did not show it yet.
        draft_found_account(*found);
        return described(*found);
    }
    add({.kind = ItemKind::StorageAccount,
         .name = name,
         .resource_id = id.text(),
         .state = ItemState::Missing,
         .reason = "worker files and queues in " + region},
        [this, id, region](StepSink& sink) {
            return run_once(services_, sink, id.text(), [&](const azure::arm::Wait& wait) {
                return accounts::put_storage_account(
                    services_.arm,
                    id,
                    {.region = region,
                     .tags = tags(tag::kStorageRole),
                     .has_public_access = !request_.deployment.private_network},
                    wait
                );
            });
        });
    return StorageAccount{.name = name, .resource_id = id.text(), .resource_group = group_name};
}

Result<std::string>
Drafter::free_account_name(const std::string& region, const std::string& group_name)
{
    for (unsigned attempt = 0; attempt < kNames; ++attempt) {
        const std::string name = storage_account_name(request_.deployment, region, attempt);
        const ResourceId id = ResourceId::make(
            request_.deployment.subscription, group_name, "Microsoft.Storage/storageAccounts", name
        );
        TRY_LET(
            const auto found,
            azure::arm::if_present(accounts::get_storage_account(services_.arm, id, services_.stop))
        );
        if (found) {
            if (is_tagged(found->tags)) {
                return name;
            }
            continue;
        }
        TRY_LET(
            const accounts::NameAnswer answer,
            accounts::check_name(
                services_.arm, request_.deployment.subscription, name, services_.stop
            )
        );
        if (answer.is_available) {
            return name;
        }
    }
    return to_error(
        {.code = ErrorCode::Conflict,
         .layer = Layer::Name,
         .what = "every name for a storage account in " + region + " is taken, the last one " +
                 storage_account_name(request_.deployment, region, kNames - 1),
         .owner = "the administrator of this appliance",
         .remedy = "Make an account in that region yourself and tag it " +
                   std::string(tag::kAppliance) + "=" + request_.deployment.appliance.hex() +
                   " and " + std::string(tag::kRole) + "=" + std::string(tag::kStorageRole) + "."}
    );
}

void Drafter::draft_found_account(const accounts::StorageAccount& account)
{
    const bool wants_public = !request_.deployment.private_network;
    NetworkItem item{
        .kind = ItemKind::StorageAccount,
        .name = account.name,
        .resource_id = account.id.text(),
        .state = ItemState::Present,
        .reason = "worker files and queues in " + azure::arm::normalize_region(account.region),
    };
    if (!is_finished(account)) {
        item.state = ItemState::Different;
        item.reason += "; still being made";
    } else if (account.has_public_access != wants_public) {
        item.state = ItemState::Different;
        item.reason +=
            wants_public ? "; closed to the public network" : "; open to the public network";
    }
    add(std::move(item), [this, id = account.id, wants_public](StepSink& sink) -> Result<void> {
        TRY(finish_remembered(services_, sink, id.text()));
        TRY(until(services_, kAccountLimit, "storage account " + id.name(), [&]() -> Result<bool> {
            TRY_LET(
                const accounts::StorageAccount now,
                accounts::get_storage_account(services_.arm, id, services_.stop)
            );
            return is_finished(now);
        }));
        TRY(accounts::set_public_access(services_.arm, id, wants_public, services_.stop));
        return {};
    });
}

}  // namespace starkeep::fleet
