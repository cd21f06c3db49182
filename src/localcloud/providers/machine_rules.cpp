// SPDX-License-Identifier: Apache-2.0
#include "localcloud/providers/machine_rules.hpp"

#include "codec/base64.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/compute_catalog.hpp"
#include "localcloud/providers/network_rules.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestCustomData = 87380;
constexpr std::array<std::string_view, 6> kForbiddenUsers{
    "admin", "administrator", "root", "guest", "user", "test"
};

std::optional<Answer> check_image(const Json& properties)
{
    const Json& reference = at(properties, "storageProfile/imageReference");
    if (image_version(reference)) {
        const bool is_trusted =
            is_same(text_at(properties, "securityProfile/securityType"), "TrustedLaunch");
        if (is_trusted && !text_at(reference, "sku").ends_with("gen2")) {
            return invalid_parameter(
                "BadRequest",
                "Use of TrustedLaunch setting is not supported for the provided image. Please "
                "select Trusted Launch Supported Gen2 OS Image."
            );
        }
        return std::nullopt;
    }
    return refusal(
        404,
        "PlatformImageNotFound",
        fmt::format(
            "The platform image '{}:{}:{}:{}' is not available. Verify that all fields in the "
            "storage profile are correct.",
            text_at(reference, "publisher"),
            text_at(reference, "offer"),
            text_at(reference, "sku"),
            text_at(reference, "version")
        )
    );
}

std::optional<Answer> check_os_profile(const Json& profile)
{
    const std::string user = text_at(profile, "adminUsername");
    if (profile.is_null() || user.empty()) {
        return invalid_parameter(
            "InvalidParameter", "Required parameter 'adminUsername' is missing (null)."
        );
    }
    if (std::ranges::any_of(kForbiddenUsers, [&user](std::string_view name) {
            return is_same(name, user);
        })) {
        return invalid_parameter(
            "InvalidParameter", "The Admin Username specified is not allowed."
        );
    }
    const std::string computer = text_at(profile, "computerName");
    if (computer.empty() || computer.size() > kLongestName) {
        return invalid_parameter(
            "InvalidParameter", "Linux host name cannot exceed 64 characters in length or be empty."
        );
    }
    const bool has_keys = !list_at(profile, "linuxConfiguration/ssh/publicKeys").empty();
    if (flag_at(profile, "linuxConfiguration/disablePasswordAuthentication")
            ? !has_keys
            : !has(profile, "adminPassword")) {
        return invalid_parameter(
            "InvalidParameter",
            "Authentication using either SSH or by user name and password must be enabled in Linux "
            "profile."
        );
    }
    const std::string data = text_at(profile, "customData");
    if (data.size() > kLongestCustomData || (!data.empty() && !codec::decode_base64(data))) {
        return invalid_parameter(
            "InvalidParameter",
            "Custom data in OSProfile must be in Base64 encoding and with a maximum length of "
            "87380 characters."
        );
    }
    return std::nullopt;
}

std::optional<Answer> check_interface(Plane& plane, const Call& call, const std::string& id)
{
    const Reference found = resolve(plane, call, id, kInterfaceType);
    if (found.refused) {
        return found.refused;
    }
    const Json& nic = found.resource->document;
    const std::string user = text_at(nic, "properties/virtualMachine/id");
    if (!user.empty() && key_of(user) != key_of(call.path)) {
        return invalid_parameter(
            "NicInUse",
            fmt::format("Network Interface {} is used by existing resource {}.", id, user)
        );
    }
    if (has(nic, "properties/privateEndpoint/id")) {
        return invalid_parameter(
            "NicInUse", fmt::format("Network Interface {} is used by a private endpoint.", id)
        );
    }
    if (found.resource->region() != region_name(text_at(call.body, "location"))) {
        return invalid_parameter(
            "InvalidParameter",
            fmt::format("The network interface {} is not in the region of the virtual machine.", id)
        );
    }
    return check_linked(
        call,
        "Microsoft.Compute/virtualMachines/write",
        "Microsoft.Network/networkInterfaces/join/action",
        id
    );
}

std::optional<Answer> check_interfaces(Plane& plane, const Call& call)
{
    const Json& interfaces = list_at(call.body, "properties/networkProfile/networkInterfaces");
    if (interfaces.empty()) {
        return invalid_parameter(
            "InvalidParameter", "Required parameter 'networkProfile' is missing (null)."
        );
    }
    for (const Json& item : interfaces) {
        if (auto refused = check_interface(plane, call, text_at(item, "id"))) {
            return refused;
        }
    }
    return std::nullopt;
}

std::optional<Answer> check_quota(Plane& plane, const Call& call, const MachineSize& size)
{
    const std::string region = region_name(text_at(call.body, "location"));
    const std::int64_t used = used_cores(plane.store(), region, "");
    const std::int64_t limit = plane.settings().core_limit;
    if (used + size.cores <= limit) {
        return std::nullopt;
    }
    return refusal(
        409,
        "OperationNotAllowed",
        fmt::format(
            "Operation could not be completed as it results in exceeding approved Total Regional "
            "Cores quota. Additional details - "
            "Deployment Model: Resource Manager, Location: {}, Current Limit: {}, Current Usage: "
            "{}, Additional Required: {}, "
            "(Minimum) New Limit Required: {}.",
            region,
            limit,
            used,
            size.cores,
            used + size.cores
        )
    );
}

}  // namespace

std::int64_t
used_cores(const ResourceStore& store, std::string_view region, std::string_view family)
{
    std::int64_t cores = 0;
    for (const Resource* const vm : store.list(kMachineType)) {
        const MachineSize* const size =
            find_size(text_at(vm->document, "properties/hardwareProfile/vmSize"));
        if (size != nullptr && vm->region() == region &&
            (family.empty() || size->family == family)) {
            cores += size->cores;
        }
    }
    return cores;
}

std::int64_t used_machines(const ResourceStore& store, std::string_view region)
{
    return std::ranges::count_if(store.list(kMachineType), [region](const Resource* vm) {
        return vm->region() == region;
    });
}

std::optional<Answer> check_machine(Plane& plane, const Call& call)
{
    const Json& properties = at(call.body, "properties");
    if (call.parameter("vm").size() > kLongestName) {
        return invalid_parameter(
            "InvalidParameter", "The name of a Linux virtual machine has at most 64 characters."
        );
    }
    const std::string size_name = text_at(properties, "hardwareProfile/vmSize");
    const MachineSize* const size = find_size(size_name);
    if (size == nullptr) {
        return invalid_parameter(
            "InvalidParameter",
            fmt::format(
                "The value {} provided for the VM size is not valid. The valid sizes in the "
                "current region are listed by Microsoft.Compute/skus.",
                size_name
            )
        );
    }
    const bool is_new = find_target(plane, call) == nullptr;
    for (auto refused :
         {check_location(plane, call),
          check_tags(call.body),
          check_image(properties),
          check_os_profile(at(properties, "osProfile")),
          check_interfaces(plane, call),
          is_new ? check_quota(plane, call, *size) : std::nullopt}) {
        if (refused) {
            return refused;
        }
    }
    if (text_at(properties, "storageProfile/osDisk/createOption") != "FromImage") {
        return invalid_parameter(
            "InvalidParameter",
            "Only 'FromImage' is allowed as createOption of the OS disk when an image is "
            "referenced."
        );
    }
    return std::nullopt;
}

Answer delete_disk(Plane& plane, const Call& call)
{
    const Resource* const disk = find_target(plane, call);
    if (disk != nullptr && has(disk->document, "managedBy")) {
        return refusal(
            409,
            "OperationNotAllowed",
            fmt::format(
                "Disk {} is attached to VM {}.", disk->name(), text_at(disk->document, "managedBy")
            )
        );
    }
    return begin_delete(plane, call, OperationForm::Compute, [](const Resource&) {
        return Outcome{};
    });
}

}  // namespace starkeep::localcloud
