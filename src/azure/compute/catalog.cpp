// SPDX-License-Identifier: Apache-2.0
#include "azure/compute/catalog.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/region.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/verbs.hpp"
#include "azure/compute/virtual_machines.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::azure::compute {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

Result<Usage> parse_usage(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "usage");
    const ReplyReader name = reader.object("name");
    return fault.or_value(Usage{
        .name = name.text("value"),
        .display_name = name.text("localizedValue"),
        .current = reader.number("currentValue", 0),
        .limit = reader.number("limit", 0)
    });
}

template <typename Number>
Number parse_number(const std::string& text)
{
    Number value{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc() ? value : Number{};
}

void read_capability(Size& size, const std::string& name, const std::string& value)
{
    if (name == "vCPUs") {
        size.cores = parse_number<std::uint32_t>(value);
    } else if (name == "MemoryGB") {
        size.memory_gb = parse_number<double>(value);
    } else if (name == "CpuArchitectureType") {
        size.architecture = value;
    } else if (name == "PremiumIO") {
        size.has_premium_disk = arm::same_text(value, "True");
    } else if (name == "HyperVGenerations") {
        size.is_generation_2 = value.find("V2") != std::string::npos;
    }
}

void read_restriction(Size& size, const ReplyReader& restriction)
{
    if (arm::same_text(restriction.text("type"), "Location")) {
        size.is_restricted = true;
        return;
    }
    for (const std::string& zone : restriction.object("restrictionInfo").texts("zones")) {
        std::erase(size.zones, zone);
    }
}

/// One SKU; of a kind other than a virtual machine's, it has no name.
Result<Size> parse_size(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "size");
    Size size;
    if (!arm::same_text(reader.text("resourceType"), "virtualMachines")) {
        return fault.or_value(std::move(size));
    }
    size.name = reader.needed_text("name");
    size.family = reader.text("family");
    for (const ReplyReader& location : reader.objects("locationInfo")) {
        const std::vector<std::string> zones = location.texts("zones");
        size.zones.insert(size.zones.end(), zones.begin(), zones.end());
    }
    for (const ReplyReader& capability : reader.objects("capabilities")) {
        read_capability(size, capability.text("name"), capability.text("value"));
    }
    for (const ReplyReader& restriction : reader.objects("restrictions")) {
        read_restriction(size, restriction);
    }
    std::ranges::sort(size.zones);
    return fault.or_value(std::move(size));
}

Result<std::string> parse_version(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "image version");
    return fault.or_value(reader.needed_text("name"));
}

}  // namespace

Result<std::vector<Usage>> list_usages(
    arm::Client& client,
    std::string_view subscription,
    std::string_view region,
    std::stop_token stop
)
{
    TRY_LET(
        const arm::Call call,
        arm::call_on(
            arm::operation::kComputeUsageList,
            ResourceId::subscription_scope(subscription),
            {std::string(region)}
        )
    );
    return arm::list_by(client, call, parse_usage, stop);
}

Result<std::vector<Size>> list_sizes(
    arm::Client& client,
    std::string_view subscription,
    std::string_view region,
    std::stop_token stop
)
{
    TRY_LET(
        arm::Call call,
        arm::call_on(arm::operation::kComputeSkusList, ResourceId::subscription_scope(subscription))
    );
    call.query.emplace_back("$filter", "location eq '" + arm::normalize_region(region) + "'");
    TRY_LET(std::vector<Size> sizes, arm::list_by(client, call, parse_size, stop));
    std::erase_if(sizes, [](const Size& size) { return size.name.empty(); });
    return sizes;
}

Result<std::vector<std::string>> list_image_versions(
    arm::Client& client,
    std::string_view subscription,
    std::string_view region,
    const ImageReference& image,
    std::stop_token stop
)
{
    TRY_LET(
        const arm::Call call,
        arm::call_on(
            arm::operation::kImagesList,
            ResourceId::subscription_scope(subscription),
            {std::string(region), image.publisher, image.offer, image.sku}
        )
    );
    return arm::list_by(client, call, parse_version, stop);
}

}  // namespace starkeep::azure::compute
