// SPDX-License-Identifier: Apache-2.0
#include "fleet/network_plan.hpp"

#include "azure/arm/resource_id.hpp"
#include "azure/storage_accounts/storage_accounts.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/drafter_internal.hpp"
#include "fleet/operation_memory_internal.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::fleet {

namespace {

/// A name that a stranger takes between look and making is met by looking again.
constexpr int kRounds = 3;

std::string_view step_of(ItemKind kind)
{
    switch (kind) {
    case ItemKind::ResourceGroup:
    case ItemKind::SecurityGroup:
    case ItemKind::VirtualNetwork:
    case ItemKind::Subnet:
        return step::kNetwork;
    case ItemKind::StorageAccount:
        return step::kStorage;
    case ItemKind::DnsZone:
    case ItemKind::DnsLink:
    case ItemKind::PrivateEndpoint:
    case ItemKind::ZoneGroup:
    case ItemKind::DnsRecord:
    case ItemKind::SourcePath:
        return step::kEndpoints;
    }
    return {};
}

std::string titled(const NetworkItem& item)
{
    return std::string(name(item.kind)) + " " + item.name;
}

/// The items of one step, in their order.
Result<void>
make_step(const Services& services, const Draft& draft, std::string_view step, StepSink& sink)
{
    std::size_t made = 0;
    std::size_t all = 0;
    for (std::size_t at = 0; at < draft.plan.items.size(); ++at) {
        const NetworkItem& item = draft.plan.items[at];
        if (step_of(item.kind) != step) {
            continue;
        }
        ++all;
        if (!draft.makes[at]) {
            // There, but an earlier run may not have seen its making end.
            TRY(finish_remembered(services, sink, item.resource_id));
            continue;
        }
        sink.report(
            step,
            StepState::Running,
            (item.state == ItemState::Missing ? "making " : "mending ") + titled(item)
        );
        Result<void> done = draft.makes[at](sink);
        if (!done.ok()) {
            sink.report(step, StepState::Failed, done.error().text());
            return std::move(done).error().during(titled(item));
        }
        ++made;
    }
    sink.report(
        step,
        StepState::Done,
        std::to_string(all - made) + " found, " + std::to_string(made) + " made"
    );
    return {};
}

Result<StorageAccount> load_account(const Services& services, const std::string& resource_id)
{
    TRY_LET(const azure::arm::ResourceId id, azure::arm::ResourceId::parse(resource_id));
    TRY_LET(
        const azure::storage_accounts::StorageAccount account,
        azure::storage_accounts::get_storage_account(services.arm, id, services.stop)
    );
    return described(account);
}

Result<Network> apply_once(const Services& services, const NetworkRequest& request, StepSink& sink)
{
    sink.report(step::kNetwork, StepState::Running, "looking at what is there");
    Drafter drafter(services, request);
    Result<Draft> drafted = drafter.draft();
    if (!drafted.ok()) {
        sink.report(step::kNetwork, StepState::Failed, drafted.error().text());
        return std::move(drafted).error();
    }
    TRY(make_step(services, *drafted, step::kNetwork, sink));
    TRY(make_step(services, *drafted, step::kStorage, sink));
    if (request.deployment.private_network) {
        TRY(make_step(services, *drafted, step::kEndpoints, sink));
    }
    Network network = drafted->plan.network;
    TRY_LET(network.files, load_account(services, network.files.resource_id));
    TRY_LET(network.talk, load_account(services, network.talk.resource_id));
    return network;
}

}  // namespace

bool NetworkPlan::is_complete() const
{
    return std::all_of(items.begin(), items.end(), [](const NetworkItem& item) {
        return item.state == ItemState::Present;
    });
}

Result<NetworkPlan> plan_network(const Services& services, const NetworkRequest& request)
{
    Drafter drafter(services, request);
    TRY_LET(Draft draft, drafter.draft());
    return std::move(draft.plan);
}

Result<Network>
apply_network(const Services& services, const NetworkRequest& request, StepSink& sink)
{
    for (int round = 1;; ++round) {
        Result<Network> network = apply_once(services, request, sink);
        if (network.ok() || network.error().code() != ErrorCode::Exists || round == kRounds) {
            return network;
        }
    }
}

std::string format(const NetworkPlan& plan)
{
    std::string text;
    for (const NetworkItem& item : plan.items) {
        std::string line(name(item.state));
        line.resize(std::max<std::size_t>(line.size(), 11), ' ');
        text += line + titled(item) + " (" + item.reason + ")\n";
    }
    return text;
}

Json to_json(const NetworkPlan& plan)
{
    const auto account = [](const StorageAccount& one) {
        return Json{
            {"name", one.name},
            {"id", one.resource_id},
            {"blob_endpoint", one.blob_endpoint},
            {"queue_endpoint", one.queue_endpoint},
        };
    };
    Json items = Json::array();
    for (const NetworkItem& item : plan.items) {
        items.push_back({
            {"kind", name(item.kind)},
            {"name", item.name},
            {"id", item.resource_id},
            {"state", name(item.state)},
            {"reason", item.reason},
        });
    }
    const Network& network = plan.network;
    return {
        {"region", network.region},
        {"complete", plan.is_complete()},
        {"resource_group", network.resource_group},
        {"network", network.network_id},
        {"subnet", network.subnet_id},
        {"address_prefix", network.address_prefix},
        {"files_account", account(network.files)},
        {"talk_account", account(network.talk)},
        {"items", std::move(items)},
    };
}

std::string_view name(ItemKind kind)
{
    static constexpr std::array<std::string_view, 11> kNames{
        "resource group",
        "security group",
        "virtual network",
        "subnet",
        "storage account",
        "DNS zone",
        "DNS link",
        "private endpoint",
        "zone group",
        "DNS record",
        "source",
    };
    return kNames.at(static_cast<std::size_t>(kind));
}

std::string_view name(ItemState state)
{
    static constexpr std::array<std::string_view, 3> kNames{"present", "missing", "different"};
    return kNames.at(static_cast<std::size_t>(state));
}

}  // namespace starkeep::fleet
