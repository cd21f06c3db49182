// SPDX-License-Identifier: Apache-2.0
// Microsoft.Compute: sizes, quotas, images.
#include "localcloud/providers/compute_catalog.hpp"

#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/filter.hpp"
#include "localcloud/providers/machine_rules.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/route.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::array<MachineSize, 9> kSizes{{
    {"Standard_B1s", "standardBSFamily", 1, "1"},
    {"Standard_B2s", "standardBSFamily", 2, "4"},
    {"Standard_D2s_v3", "standardDSv3Family", 2, "8"},
    {"Standard_D2s_v5", "standardDSv5Family", 2, "8"},
    {"Standard_D4s_v5", "standardDSv5Family", 4, "16"},
    {"Standard_D8s_v5", "standardDSv5Family", 8, "32"},
    {"Standard_F2s_v2", "standardFSv2Family", 2, "4"},
    {"Standard_F4s_v2", "standardFSv2Family", 4, "8"},
    {"Standard_F8s_v2", "standardFSv2Family", 8, "16"},
}};
constexpr std::string_view kPublisher = "Canonical";
constexpr std::string_view kOffer = "0001-com-ubuntu-server-jammy";
constexpr std::array<std::string_view, 2> kImageSkus{"22_04-lts", "22_04-lts-gen2"};
constexpr std::string_view kImageVersion = "22.04.202411250";

Json usage(std::string_view name, std::string_view text, std::int64_t used, std::int64_t limit)
{
    Json item{{"unit", "Count"}, {"currentValue", used}, {"limit", limit}};
    item["name"] = Json{{"value", std::string(name)}, {"localizedValue", std::string(text)}};
    return item;
}

std::optional<Answer> check_region(const Plane& plane, const Call& call)
{
    const auto& regions = plane.settings().regions;
    if (std::ranges::find(regions, region_name(call.parameter("location"))) != regions.end()) {
        return std::nullopt;
    }
    return refusal(
        400,
        "NoRegisteredProviderFound",
        fmt::format(
            "No registered resource provider found for location '{}'.", call.parameter("location")
        )
    );
}

Answer list_usages(Plane& plane, const Call& call)
{
    if (auto refused = check_region(plane, call)) {
        return *refused;
    }
    const std::string region = region_name(call.parameter("location"));
    const std::int64_t limit = plane.settings().core_limit;
    std::vector<Json> items{
        usage("cores", "Total Regional vCPUs", used_cores(plane.store(), region, ""), limit),
        usage("virtualMachines", "Virtual Machines", used_machines(plane.store(), region), 25000),
        usage("lowPriorityCores", "Total Regional Low-priority vCPUs", 0, limit),
    };
    std::set<std::string_view> families;
    for (const MachineSize& size : kSizes) {
        if (families.insert(size.family).second) {
            items.push_back(usage(
                size.family, size.family, used_cores(plane.store(), region, size.family), limit
            ));
        }
    }
    return plane.page(call, items);
}

Json capability(std::string_view name, std::string_view value)
{
    return Json{{"name", std::string(name)}, {"value", std::string(value)}};
}

Json sku(const MachineSize& size, const std::string& region)
{
    Json item{
        {"resourceType", "virtualMachines"},
        {"name", std::string(size.name)},
        {"tier", "Standard"},
        {"size", std::string(size.name.substr(size.name.find('_') + 1))},
        {"family", std::string(size.family)},
    };
    item["locations"] = Json::array();
    item["locations"].push_back(region);
    Json info{{"location", region}};
    info["zones"] = Json::array({"1", "2", "3"});
    info["zoneDetails"] = Json::array();
    item["locationInfo"] = Json::array();
    item["locationInfo"].push_back(std::move(info));
    Json& capabilities = item["capabilities"] = Json::array();
    capabilities.push_back(capability("vCPUs", std::to_string(size.cores)));
    capabilities.push_back(capability("MemoryGB", size.memory_gib));
    capabilities.push_back(capability("HyperVGenerations", "V1,V2"));
    capabilities.push_back(capability("CpuArchitectureType", "x64"));
    capabilities.push_back(
        capability("AcceleratedNetworkingEnabled", size.cores > 1 ? "True" : "False")
    );
    capabilities.push_back(capability("PremiumIO", "True"));
    item["restrictions"] = Json::array();
    return item;
}

Answer list_skus(Plane& plane, const Call& call)
{
    const std::string filter = call.asked("$filter");
    if (!is_filter(filter)) {
        return invalid_parameter(
            "InvalidFilterInQueryString",
            fmt::format("Invalid $filter '{}' specified in the query string.", filter)
        );
    }
    std::vector<Json> items;
    for (const std::string& region : plane.settings().regions) {
        if (!is_selected(filter, Json{{"location", region}})) {
            continue;
        }
        for (const MachineSize& size : kSizes) {
            items.push_back(sku(size, region));
        }
    }
    return plane.page(call, items);
}

bool is_known_image(const Call& call)
{
    return is_same(call.parameter("publisher"), kPublisher) &&
           is_same(call.parameter("offer"), kOffer) &&
           std::ranges::any_of(kImageSkus, [&call](std::string_view known) {
               return is_same(known, call.parameter("sku"));
           });
}

Json image(const Call& call, const Plane& plane)
{
    return Json{
        {"location", region_name(call.parameter("location"))},
        {"name", std::string(kImageVersion)},
        {"id",
         fmt::format(
             "/Subscriptions/{}/Providers/Microsoft.Compute/Locations/{}/Publishers/{}/"
             "ArtifactTypes/VMImage/Offers/{}/Skus/{}/Versions/{}",
             plane.settings().subscription_id,
             region_name(call.parameter("location")),
             kPublisher,
             kOffer,
             call.parameter("sku"),
             kImageVersion
         )},
    };
}

Answer list_images(Plane& plane, const Call& call)
{
    if (!is_known_image(call)) {
        return refusal(
            404,
            "NotFound",
            fmt::format(
                "Artifact: VMImage was not found: {}:{}:{}.",
                call.parameter("publisher"),
                call.parameter("offer"),
                call.parameter("sku")
            )
        );
    }
    Answer answer;
    answer.body = Json::array();
    answer.body.push_back(image(call, plane));
    return answer;
}

Answer get_image(Plane& plane, const Call& call)
{
    if (!is_known_image(call) || call.parameter("version") != kImageVersion) {
        return refusal(
            404,
            "NotFound",
            fmt::format("Artifact: VMImage was not found: version {}.", call.parameter("version"))
        );
    }
    Answer answer{.body = image(call, plane)};
    answer.body["properties"]["osDiskImage"]["operatingSystem"] = "Linux";
    answer.body["properties"]["hyperVGeneration"] =
        call.parameter("sku").ends_with("gen2") ? "V2" : "V1";
    answer.body["properties"]["architecture"] = "x64";
    return answer;
}

}  // namespace

std::span<const MachineSize> machine_sizes()
{
    return kSizes;
}

const MachineSize* find_size(std::string_view name)
{
    const auto* const found = std::ranges::find_if(kSizes, [name](const MachineSize& size) {
        return is_same(size.name, name);
    });
    return found == kSizes.end() ? nullptr : found;
}

std::optional<std::string> image_version(const Json& reference)
{
    const std::string version = text_at(reference, "version");
    const std::string sku_name = text_at(reference, "sku");
    const bool is_known = is_same(text_at(reference, "publisher"), kPublisher) &&
                          is_same(text_at(reference, "offer"), kOffer) &&
                          std::ranges::any_of(kImageSkus, [&sku_name](std::string_view known) {
                              return is_same(known, sku_name);
                          });
    if (!is_known || (!is_same(version, "latest") && version != kImageVersion)) {
        return std::nullopt;
    }
    return std::string(kImageVersion);
}

void add_compute_catalog_routes(std::vector<Route>& routes)
{
    const std::string versions =
        "{S}/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}/artifacttypes/"
        "vmimage/offers/{offer}/skus/{sku}/versions";
    const std::string disk = "{RG}/providers/Microsoft.Compute/disks/{disk}";
    routes.insert(
        routes.end(),
        {
            {"GET",
             "{S}/providers/Microsoft.Compute/locations/{location}/usages",
             "Usage_List",
             list_usages},
            {"GET", "{S}/providers/Microsoft.Compute/skus", "ResourceSkus_List", list_skus},
            {"GET", versions, "VirtualMachineImages_List", list_images},
            {"GET", versions + "/{version}", "VirtualMachineImages_Get", get_image},
            {"GET",
             "{RG}/providers/Microsoft.Compute/disks",
             "Disks_ListByResourceGroup",
             list_resources},
            {"GET", disk, "Disks_Get", get_resource},
            {"DELETE", disk, "Disks_Delete", delete_disk},
        }
    );
}

}  // namespace starkeep::localcloud
