// SPDX-License-Identifier: Apache-2.0
#include "localcloud/providers/network_rules.hpp"

#include "json/json.hpp"
#include "localcloud/address_block.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kLongestName = 80;

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_in_subnet(const Resource& network_interface, const std::string& subnet_key)
{
    const Json& configurations = list_at(network_interface.document, "properties/ipConfigurations");
    return std::ranges::any_of(configurations, [&subnet_key](const Json& configuration) {
        return key_of(text_at(configuration, "properties/subnet/id")) == subnet_key;
    });
}

Allocation refused(std::string_view code, const std::string& message)
{
    return {.address = {}, .refused = refusal(400, code, message)};
}

}  // namespace

std::optional<Answer> check_network_name(std::string_view name, std::string_view type)
{
    const bool is_good = !name.empty() && name.size() <= kLongestName &&
                         is_letter_or_digit(name.front()) &&
                         (is_letter_or_digit(name.back()) || name.back() == '_') &&
                         std::ranges::all_of(name, [](char c) {
                             return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-';
                         });
    if (is_good) {
        return std::nullopt;
    }
    return refusal(
        400,
        "InvalidResourceName",
        fmt::format(
            "Resource name {} is invalid for {}. The name can be up to 80 characters long. It must "
            "begin with a word "
            "character, and it must end with a word character or with '_'. The name may contain "
            "word characters or '.', "
            "'-', '_'.",
            name,
            type
        )
    );
}

Reference resolve(Plane& plane, const Call& call, std::string_view id, std::string_view type)
{
    const auto parsed = ResourceId::parse(id);
    if (!parsed || !is_same(parsed->type(), type)) {
        return {
            .refused = refusal(
                400,
                "InvalidRequestFormat",
                fmt::format("Cannot parse the request: '{}' is not the id of a {}.", id, type)
            )
        };
    }
    Resource* const resource = plane.store().find(key_of(id));
    if (resource == nullptr) {
        return {
            .refused = refusal(
                400,
                "InvalidResourceReference",
                fmt::format(
                    "Resource {} referenced by resource {} was not found. Please make sure that "
                    "the referenced resource "
                    "exists, and that both resources are in the same region.",
                    id,
                    call.path
                )
            )
        };
    }
    if (state_of(*resource) == "Failed" || state_of(*resource) == "Deleting") {
        return {
            .refused = refusal(
                409,
                "ReferencedResourceNotProvisioned",
                fmt::format(
                    "Cannot proceed with operation because resource {} used by resource {} is not "
                    "in Succeeded state. Resource "
                    "is in {} state and the last operation that updated/is updating the resource "
                    "is unknown.",
                    id,
                    call.path,
                    state_of(*resource)
                )
            )
        };
    }
    return {.resource = resource};
}

std::optional<Answer> check_not_busy(Plane& plane, const std::string& network_key)
{
    const Resource* const network = plane.store().find(network_key);
    bool busy = network != nullptr && is_busy(*network);
    for (const Resource* const subnet : plane.store().list(kSubnetType, network_key + "/")) {
        busy = busy || is_busy(*subnet);
    }
    if (!busy) {
        return std::nullopt;
    }
    Answer answer = refusal(
        429,
        "RetryableErrorDueToAnotherOperation",
        fmt::format(
            "Operation on resource {} could not proceed because another operation on it is in "
            "progress.",
            network_key
        )
    );
    answer.headers.set("Retry-After", std::to_string(plane.settings().retry_after.count()));
    return answer;
}

std::optional<Answer> check_linked(
    const Call& call,
    const std::string& own_action,
    const std::string& action,
    const std::string& scope
)
{
    if (call.principal.may(action)) {
        return std::nullopt;
    }
    return refusal(
        403,
        "LinkedAuthorizationFailed",
        fmt::format(
            "The client '{}' with object id '{}' has permission to perform action '{}' on scope "
            "'{}'; however, it does not have "
            "permission to perform action(s) '{}' on the linked scope(s) '{}' (respectively) or "
            "the linked scope(s) are "
            "invalid.",
            call.principal.client_id,
            call.principal.object_id,
            own_action,
            call.path,
            action,
            scope
        )
    );
}

std::set<std::uint32_t>
used_addresses(const ResourceStore& store, const std::string& subnet_key, const std::string& except)
{
    std::set<std::uint32_t> used;
    for (const Resource* const network_interface : store.list(kInterfaceType)) {
        if (key_of(network_interface->id()) == except) {
            continue;
        }
        for (const Json& configuration :
             list_at(network_interface->document, "properties/ipConfigurations")) {
            const auto address =
                address_number(text_at(configuration, "properties/privateIPAddress"));
            if (address && key_of(text_at(configuration, "properties/subnet/id")) == subnet_key) {
                used.insert(*address);
            }
        }
    }
    return used;
}

std::vector<std::string> users_of(const ResourceStore& store, const std::string& subnet_key)
{
    std::vector<std::string> users;
    for (const Resource* const network_interface : store.list(kInterfaceType)) {
        if (is_in_subnet(*network_interface, subnet_key)) {
            users.push_back(network_interface->id());
        }
    }
    return users;
}

Allocation allocate(
    const ResourceStore& store,
    const Resource& subnet,
    const std::string& wanted,
    const std::string& for_interface
)
{
    const std::string prefix = text_at(subnet.document, "properties/addressPrefix");
    const auto block = AddressBlock::parse(prefix);
    if (!block) {
        return refused(
            "InternalServerError", fmt::format("Subnet {} has no address prefix.", subnet.name())
        );
    }
    const auto used = used_addresses(store, key_of(subnet.id()), for_interface);
    if (!wanted.empty()) {
        const auto address = address_number(wanted);
        if (!address || !block->contains(*address)) {
            return refused(
                "PrivateIPAddressNotInSubnet",
                fmt::format(
                    "Private static IP address {} does not belong to the range of subnet prefix "
                    "{}.",
                    wanted,
                    prefix
                )
            );
        }
        if (!block->is_usable(*address)) {
            return refused(
                "PrivateIPAddressInReservedRange",
                fmt::format(
                    "Private static IP address {} falls within reserved IP range of subnet prefix "
                    "{}.",
                    wanted,
                    prefix
                )
            );
        }
        if (used.contains(*address)) {
            return refused(
                "PrivateIPAddressIsAllocated",
                fmt::format(
                    "IP configuration {} is using the private IP address {} which is already "
                    "allocated to another resource.",
                    for_interface,
                    wanted
                )
            );
        }
        return {.address = wanted};
    }
    for (std::uint32_t address = block->first; block->contains(address); ++address) {
        if (block->is_usable(address) && !used.contains(address)) {
            return {.address = address_text(address)};
        }
        if (address == block->last()) {
            break;
        }
    }
    return refused(
        "SubnetIsFull",
        fmt::format(
            "Subnet {} with address prefix {} does not have enough capacity for 1 IP addresses.",
            subnet.name(),
            prefix
        )
    );
}

std::string network_key_of(const Resource& subnet)
{
    const auto id = ResourceId::parse(subnet.id());
    const auto parent = id ? id->parent() : std::nullopt;
    return parent ? parent->key() : std::string();
}

}  // namespace starkeep::localcloud
