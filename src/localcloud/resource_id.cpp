// SPDX-License-Identifier: Apache-2.0
#include "localcloud/resource_id.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kFirstType = 6;

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
    return out;
}

bool is_same(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool begins_with(std::string_view text, std::string_view beginning)
{
    return text.size() >= beginning.size() && is_same(text.substr(0, beginning.size()), beginning);
}

std::string region_name(std::string_view location)
{
    std::string name = lower(location);
    std::erase(name, ' ');
    return name;
}

std::vector<std::string> split_path(std::string_view path)
{
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end > 0) {
            parts.emplace_back(path.substr(0, end));
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return parts;
}

std::optional<ResourceId> ResourceId::parse(std::string_view text)
{
    const std::vector<std::string> parts = split_path(text);
    if (parts.size() < kFirstType + 2 || parts.size() % 2 != 0 ||
        !is_same(parts[0], "subscriptions") || !is_same(parts[2], "resourceGroups") ||
        !is_same(parts[4], "providers")) {
        return std::nullopt;
    }
    ResourceId id{.subscription = parts[1], .group = parts[3], .provider = parts[5], .parts = {}};
    for (std::size_t i = kFirstType; i < parts.size(); i += 2) {
        id.parts.emplace_back(parts[i], parts[i + 1]);
    }
    return id;
}

std::string ResourceId::type() const
{
    std::string out = provider;
    for (const auto& [type, name] : parts) {
        out += "/" + type;
    }
    return out;
}

std::string ResourceId::text() const
{
    std::string out = fmt::format(
        "/subscriptions/{}/resourceGroups/{}/providers/{}", subscription, group, provider
    );
    for (const auto& [type, name] : parts) {
        out += fmt::format("/{}/{}", type, name);
    }
    return out;
}

std::optional<ResourceId> ResourceId::parent() const
{
    if (parts.size() < 2) {
        return std::nullopt;
    }
    ResourceId outer = *this;
    outer.parts.pop_back();
    return outer;
}

std::string key_of(std::string_view id)
{
    std::string key;
    for (const std::string& part : split_path(id)) {
        key += "/" + lower(part);
    }
    return key;
}

}  // namespace starkeep::localcloud
