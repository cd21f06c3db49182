// SPDX-License-Identifier: Apache-2.0
// Resource ids taken apart, and text compared as Azure compares it: without case.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

/// ASCII only, as names in Azure are.
std::string lower(std::string_view text);
bool is_same(std::string_view a, std::string_view b);
bool begins_with(std::string_view text, std::string_view beginning);
/// "West Europe" and "westeurope" become "westeurope".
std::string region_name(std::string_view location);

/// The parts between slashes; empty ones are left out.
std::vector<std::string> split_path(std::string_view path);

/// /subscriptions/S/resourceGroups/G/providers/NAMESPACE/TYPE/NAME[/TYPE/NAME…], spelled as it came.
struct ResourceId {
    std::string subscription;
    std::string group;
    std::string provider;
    std::vector<std::pair<std::string, std::string>> parts;  ///< type and name, outermost first

    static std::optional<ResourceId> parse(std::string_view text);

    /// "Microsoft.Network/virtualNetworks/subnets"
    std::string type() const;
    const std::string& name() const { return parts.back().second; }
    std::string text() const;
    /// In lower case: how resources and facts are keyed.
    std::string key() const { return lower(text()); }
    /// The resource that this one lies in; nothing for an outermost one.
    std::optional<ResourceId> parent() const;
};

/// The key of an id as a body may spell it, with or without slashes around it.
std::string key_of(std::string_view id);

}  // namespace starkeep::localcloud
