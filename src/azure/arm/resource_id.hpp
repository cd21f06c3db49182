// SPDX-License-Identifier: Apache-2.0
// Names of things in Azure: "/subscriptions/{…}/resourceGroups/{…}/providers/{namespace}/{type}/{name}…", equal whatever their case.
#pragma once

#include "base/result.hpp"

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::arm {

/// Keeps the spelling it was given; replies mix cases at will. An empty one means "none".
/// Shape: segments joined by '/', each with a leading one, no trailing one.
class ResourceId {
public:
    ResourceId() = default;

    /// Takes what Azure sends: a missing leading slash, a trailing or doubled one.
    /// Errors: InvalidInput for an empty text, one longer than 2048 bytes, or one with control characters, '?', '#' or '%'.
    static Result<ResourceId> parse(std::string_view text);
    static ResourceId subscription_scope(std::string_view subscription);
    static ResourceId group_scope(std::string_view subscription, std::string_view group);
    /// `type`: "Microsoft.Network/virtualNetworks".
    static ResourceId make(
        std::string_view subscription,
        std::string_view group,
        std::string_view type,
        std::string_view name
    );

    /// A resource below this one: `vnet.child("subnets", "workers")`.
    ResourceId child(std::string_view type, std::string_view name) const;
    /// Without the last type and name; a resource's group at the end of that road.
    ResourceId parent() const;

    /// Each is empty when the id has no such part.
    std::string subscription() const;
    std::string group() const;
    /// "Microsoft.Network/virtualNetworks/subnets", spelled as in the id.
    std::string type() const;
    /// The last segment.
    std::string name() const;
    /// The names below the provider, outermost first: {"vnet", "workers"}.
    std::vector<std::string> names() const;
    bool is_of_type(std::string_view type) const;

    const std::string& text() const { return text_; }
    bool empty() const { return text_.empty(); }

    /// ASCII case does not count.
    bool operator==(const ResourceId& other) const;
    std::weak_ordering operator<=>(const ResourceId& other) const;

private:
    explicit ResourceId(std::string text);

    std::vector<std::string_view> segments() const;

    std::string text_;
};

/// The comparison of ids, tag names and regions: ASCII letters of either case are the same.
bool same_text(std::string_view left, std::string_view right);
std::string lower_case(std::string_view text);

}  // namespace starkeep::azure::arm
