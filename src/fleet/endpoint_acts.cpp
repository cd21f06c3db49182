// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/endpoint_connection.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/dns/private_zones.hpp"
#include "azure/network/private_endpoints.hpp"
#include "azure/storage_accounts/storage_accounts.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/endpoint_acts_internal.hpp"
#include "fleet/fault.hpp"
#include "fleet/operation_memory_internal.hpp"
#include "fleet/patience_internal.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

using azure::arm::ResourceId;
using azure::arm::same_text;
using azure::network::EndpointConnection;
using azure::network::PrivateEndpoint;

namespace {

constexpr std::chrono::minutes kEndpointLimit{15};
constexpr std::chrono::minutes kRecordLimit{5};

const EndpointConnection* find_connection(
    const PrivateEndpoint& endpoint, const ResourceId& target, std::string_view group_id
)
{
    for (const EndpointConnection& connection : endpoint.connections) {
        const bool has_group = std::any_of(
            connection.group_ids.begin(),
            connection.group_ids.end(),
            [&](const std::string& group) { return same_text(group, group_id); }
        );
        if (has_group && connection.target == target) {
            return &connection;
        }
    }
    return nullptr;
}

/// Approves by the target's own list of connections, where the caller's role allows that.
Result<void> approve(const Services& services, const ResourceId& endpoint, const ResourceId& target)
{
    if (!target.is_of_type("Microsoft.Storage/storageAccounts")) {
        return {};
    }
    TRY_LET(
        const std::vector<azure::arm::TargetConnection> connections,
        azure::storage_accounts::list_connections(services.arm, target, services.stop)
    );
    for (const azure::arm::TargetConnection& connection : connections) {
        if (connection.endpoint == endpoint && same_text(connection.status, "Pending")) {
            TRY(azure::storage_accounts::approve_connection(
                services.arm, connection.id, "approved by Starkeep", services.stop
            ));
        }
    }
    return {};
}

Error not_approved(
    const ResourceId& endpoint, const ResourceId& target, const EndpointConnection& connection
)
{
    const bool is_pending = same_text(connection.status, "Pending");
    return to_error(
        {.code = ErrorCode::Denied,
         .layer = Layer::Endpoint,
         .what = "private endpoint " + endpoint.name() +
                 (is_pending
                      ? " waits for approval by the owner of "
                      : " is " + azure::arm::lower_case(connection.status) + " by the owner of ") +
                 target.name(),
         .owner = "the owner of " + target.text(),
         .remedy = is_pending ? "Approve the connection there, under Networking, Private endpoint "
                                "connections; then run again."
                              : "Delete the endpoint, run again and approve the new connection: a "
                                "refused one cannot be "
                                "approved any more."}
    );
}

std::vector<std::string> addresses_of(
    const PrivateEndpoint& endpoint,
    const std::vector<azure::network::ZoneGroup>& groups,
    const ResourceId& zone,
    const std::string& record
)
{
    for (const azure::network::ZoneGroup& group : groups) {
        for (const azure::network::ZoneConfig& config : group.zones) {
            for (const azure::network::RecordSet& set : config.records) {
                if (config.zone == zone && same_text(set.name, record)) {
                    return set.addresses;
                }
            }
        }
    }
    for (const azure::network::NameAddresses& name : endpoint.dns) {
        if (azure::arm::lower_case(name.fqdn).starts_with(azure::arm::lower_case(record) + ".")) {
            return name.addresses;
        }
    }
    return {};
}

std::string joined(const std::vector<std::string>& texts)
{
    std::string all;
    for (const std::string& text : texts) {
        all += (all.empty() ? "" : ", ") + text;
    }
    return all;
}

}  // namespace

std::string
endpoint_fault(const PrivateEndpoint& endpoint, const ResourceId& target, std::string_view group_id)
{
    const EndpointConnection* connection = find_connection(endpoint, target, group_id);
    if (connection != nullptr && !same_text(connection->status, "Approved")) {
        return "its connection is " + azure::arm::lower_case(connection->status);
    }
    if (!endpoint.provisioning_state.empty() &&
        !same_text(endpoint.provisioning_state, "Succeeded")) {
        return "its state is " + azure::arm::lower_case(endpoint.provisioning_state);
    }
    return {};
}

Result<void> await_approval(
    const Services& services,
    StepSink& sink,
    const ResourceId& id,
    const ResourceId& target,
    std::string_view group_id
)
{
    TRY(finish_remembered(services, sink, id.text()));
    bool has_asked = false;
    return until(services, kEndpointLimit, "private endpoint " + id.name(), [&]() -> Result<bool> {
        TRY_LET(
            const PrivateEndpoint endpoint,
            azure::network::get_private_endpoint(services.arm, id, services.stop)
        );
        const EndpointConnection* connection = find_connection(endpoint, target, group_id);
        if (connection != nullptr && !same_text(connection->status, "Approved")) {
            if (has_asked) {
                return not_approved(id, target, *connection);
            }
            has_asked = true;
            const Result<void> approved = approve(services, id, target);
            if (!approved.ok() && approved.error().code() != ErrorCode::Denied) {
                return approved.error();
            }
            return false;
        }
        if (same_text(endpoint.provisioning_state, "Failed")) {
            return to_error(
                {.code = ErrorCode::Rejected,
                 .layer = Layer::Endpoint,
                 .what = "private endpoint " + id.name() + " could not be made",
                 .owner = "the owner of resource group " + id.group(),
                 .remedy = "Look at its activity log, delete it and run again."}
            );
        }
        return endpoint_fault(endpoint, target, group_id).empty();
    });
}

Result<void> make_zone(
    const Services& services, StepSink& sink, const ResourceId& zone, const azure::arm::Tags& tags
)
{
    const Result<void> made =
        run_once(services, sink, zone.text(), [&](const azure::arm::Wait& wait) {
            return azure::dns::create_zone(services.arm, zone, tags, wait);
        });
    if (!made.ok() && made.error().code() == ErrorCode::Conflict) {
        return {};
    }
    return made;
}

Result<std::string> record_fault(
    const Services& services,
    const ResourceId& endpoint_id,
    const ResourceId& zone,
    const std::string& record
)
{
    TRY_LET(
        const auto found,
        azure::arm::if_present(azure::dns::get_address(services.arm, zone, record, services.stop))
    );
    if (!found) {
        return std::string(kNoRecord);
    }
    TRY_LET(
        const auto endpoint,
        azure::arm::if_present(
            azure::network::get_private_endpoint(services.arm, endpoint_id, services.stop)
        )
    );
    if (!endpoint) {
        return "leads to " + joined(found->addresses) + ", the endpoint is missing";
    }
    TRY_LET(
        const std::vector<azure::network::ZoneGroup> groups,
        azure::network::list_zone_groups(services.arm, endpoint_id, services.stop)
    );
    std::vector<std::string> wanted = addresses_of(*endpoint, groups, zone, record);
    std::vector<std::string> there = found->addresses;
    std::sort(wanted.begin(), wanted.end());
    std::sort(there.begin(), there.end());
    if (there != wanted) {
        return "leads to " + joined(there) + ", the endpoint has " +
               (wanted.empty() ? "no address yet" : joined(wanted));
    }
    return std::string();
}

Result<void> await_record(
    const Services& services,
    const ResourceId& endpoint,
    const ResourceId& zone,
    const std::string& record
)
{
    std::string fault;
    Result<void> done = until(services, kRecordLimit, record, [&]() -> Result<bool> {
        TRY_LET(fault, record_fault(services, endpoint, zone, record));
        return fault.empty();
    });
    if (!done.ok() && done.error().code() == ErrorCode::TimedOut) {
        return to_error(
            {.code = ErrorCode::TimedOut,
             .layer = Layer::Dns,
             .what = "name " + record + " in zone " + zone.name() + ": " + fault,
             .owner = "the owner of zone " + zone.text(),
             .remedy = "Remove a record that was left behind there, and let the endpoint's zone "
                       "group write its own."}
        );
    }
    return done;
}

}  // namespace starkeep::fleet
