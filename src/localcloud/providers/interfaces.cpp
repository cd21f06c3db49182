// SPDX-License-Identifier: Apache-2.0
// Microsoft.Network: network interfaces.
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/facts.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/network_rules.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"

#include <fmt/core.h>

#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

/// One configuration of the body, with its address; only one per interface is served.
struct Configured {
    Json configuration;
    std::optional<Answer> refused{};
};

Configured configure(Plane& plane, const Call& call, const Json& given)
{
    const Json& properties = at(given, "properties");
    const std::string subnet_id = text_at(properties, "subnet/id");
    Configured out{.configuration = given};
    if (text_at(given, "name").empty()) {
        out.refused = invalid_parameter(
            "InvalidRequestFormat", "Cannot parse the request: an IP configuration has no name."
        );
        return out;
    }
    const Reference subnet = resolve(plane, call, subnet_id, kSubnetType);
    if ((out.refused = subnet.refused)) {
        return out;
    }
    const std::string region = region_of(plane.store(), key_of(subnet_id));
    if (region != region_name(text_at(call.body, "location"))) {
        out.refused = invalid_parameter(
            "InvalidResourceReference",
            fmt::format(
                "Resource {} referenced by resource {} was not found. Please make sure that the "
                "referenced resource exists, and that both resources are in the same region.",
                subnet_id,
                call.path
            )
        );
        return out;
    }
    if ((out.refused = check_linked(
             call,
             "Microsoft.Network/networkInterfaces/write",
             "Microsoft.Network/virtualNetworks/subnets/join/action",
             subnet_id
         ))) {
        return out;
    }
    if (has(properties, "publicIPAddress/id")) {
        out.refused = resolve(
                          plane,
                          call,
                          text_at(properties, "publicIPAddress/id"),
                          "Microsoft.Network/publicIPAddresses"
        )
                          .refused;
        return out;
    }
    const bool is_static = is_same(text_at(properties, "privateIPAllocationMethod"), "Static");
    std::string wanted = is_static ? text_at(properties, "privateIPAddress") : std::string();
    const Resource* const there = find_target(plane, call);
    if (wanted.empty() && there != nullptr) {
        const InterfaceFact before = interface_fact(*there);
        wanted = before.subnet == key_of(subnet_id) ? before.address : std::string();
    }
    Allocation allocation = allocate(plane.store(), *subnet.resource, wanted, key_of(call.path));
    out.refused = std::move(allocation.refused);
    Json& made = out.configuration["properties"];
    made["privateIPAddress"] = allocation.address;
    made["privateIPAllocationMethod"] = is_static ? "Static" : "Dynamic";
    made["privateIPAddressVersion"] = "IPv4";
    made["provisioningState"] = "Succeeded";
    made["primary"] = true;
    out.configuration["id"] =
        fmt::format("{}/ipConfigurations/{}", call.path, text_at(given, "name"));
    return out;
}

Answer put_interface(Plane& plane, const Call& call)
{
    if (auto refused = check_network_name(call.parameter("name"), kInterfaceType)) {
        return *refused;
    }
    if (auto refused = check_location(plane, call)) {
        return *refused;
    }
    if (auto refused = check_tags(call.body)) {
        return *refused;
    }
    const Json& given = list_at(call.body, "properties/ipConfigurations");
    if (given.size() != 1) {
        return invalid_parameter(
            "NetworkInterfaceMustHaveOneIpConfiguration",
            fmt::format(
                "Network interface {} must have exactly one IP configuration here.", call.path
            )
        );
    }
    Configured configured = configure(plane, call, given.front());
    if (configured.refused) {
        return *configured.refused;
    }
    const Resource* const there = find_target(plane, call);
    Resource network_interface = new_resource(call, kInterfaceType);
    Json& properties = network_interface.document["properties"];
    merge(properties, at(call.body, "properties"));
    properties["ipConfigurations"] = Json::array();
    properties["ipConfigurations"].push_back(std::move(configured.configuration));
    properties["resourceGuid"] = guid_of(key_of(call.path));
    properties["nicType"] = "Standard";
    if (there != nullptr && has(there->document, "properties/virtualMachine")) {
        properties["virtualMachine"] = at(there->document, "properties/virtualMachine");
    }
    touch(network_interface);
    return begin_put(
        plane,
        call,
        {.resource = std::move(network_interface),
         .work =
             [&plane](const Resource& copy, std::stop_token) {
                 return outcome_of(plane.machinery().put_interface(interface_fact(copy)));
             }}
    );
}

Answer delete_interface(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    if (there != nullptr && has(there->document, "properties/virtualMachine/id")) {
        return refusal(
            400,
            "NicInUse",
            fmt::format(
                "Network Interface {} is used by existing resource {}. In order to delete the "
                "network interface, it must be dissociated from the resource. To learn more, see "
                "aka.ms/deletenic.",
                call.path,
                text_at(there->document, "properties/virtualMachine/id")
            )
        );
    }
    if (there != nullptr && has(there->document, "properties/privateEndpoint/id")) {
        return refusal(
            400,
            "NicInUseWithPrivateEndpoint",
            fmt::format(
                "Network interface {} cannot be deleted because it is currently in use with a "
                "private endpoint ({}).",
                call.path,
                text_at(there->document, "properties/privateEndpoint/id")
            )
        );
    }
    return begin_delete(
        plane,
        call,
        OperationForm::Network,
        [&plane, key = key_of(call.path)](const Resource&) {
            return outcome_of(plane.machinery().remove_interface(key));
        }
    );
}

}  // namespace

void add_interface_routes(std::vector<Route>& routes)
{
    const std::string all = "/providers/Microsoft.Network/networkInterfaces";
    routes.insert(
        routes.end(),
        {
            {"GET", "{S}" + all, "NetworkInterfaces_ListAll", list_resources},
            {"GET", "{RG}" + all, "NetworkInterfaces_List", list_resources},
            {"GET", "{RG}" + all + "/{name}", "NetworkInterfaces_Get", get_resource},
            {"PUT", "{RG}" + all + "/{name}", "NetworkInterfaces_CreateOrUpdate", put_interface},
            {"PATCH", "{RG}" + all + "/{name}", "NetworkInterfaces_UpdateTags", patch_tags},
            {"DELETE", "{RG}" + all + "/{name}", "NetworkInterfaces_Delete", delete_interface},
        }
    );
}

}  // namespace starkeep::localcloud
