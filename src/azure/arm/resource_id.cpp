// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"

#include "base/error.hpp"
#include "base/result.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::arm {

namespace {

constexpr std::size_t kLongest = 2048;

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_unfit(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '?' || c == '#' || c == '%';
}

std::string joined(const std::vector<std::string_view>& segments)
{
    std::string text;
    for (const std::string_view segment : segments) {
        text.append("/").append(segment);
    }
    return text;
}

/// Where the last "providers" is: what lies behind it says the kind. Past the end when there is none.
std::size_t provider_index(const std::vector<std::string_view>& segments)
{
    for (std::size_t i = segments.size(); i-- > 0;) {
        // Every second segment is a name and may be anything.
        if (i % 2 == 0 && same_text(segments[i], "providers")) {
            return i;
        }
    }
    return segments.size();
}

}  // namespace

bool same_text(std::string_view left, std::string_view right)
{
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::string lower_case(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

ResourceId::ResourceId(std::string text) : text_(std::move(text)) {}

Result<ResourceId> ResourceId::parse(std::string_view text)
{
    if (text.size() > kLongest || std::ranges::any_of(text, is_unfit)) {
        return Error{
            ErrorCode::InvalidInput,
            "an Azure resource id is too long or has a character that none has"
        };
    }
    const ResourceId raw{std::string(text)};
    const std::vector<std::string_view> segments = raw.segments();
    if (segments.empty()) {
        return Error{ErrorCode::InvalidInput, "an Azure resource id is empty"};
    }
    return ResourceId(joined(segments));
}

ResourceId ResourceId::subscription_scope(std::string_view subscription)
{
    return ResourceId(joined({"subscriptions", subscription}));
}

ResourceId ResourceId::group_scope(std::string_view subscription, std::string_view group)
{
    return ResourceId(joined({"subscriptions", subscription, "resourceGroups", group}));
}

ResourceId ResourceId::make(
    std::string_view subscription,
    std::string_view group,
    std::string_view type,
    std::string_view name
)
{
    const ResourceId scope = group_scope(subscription, group);
    return ResourceId(scope.text_ + joined({"providers", type, name}));
}

ResourceId ResourceId::child(std::string_view type, std::string_view name) const
{
    return ResourceId(text_ + joined({type, name}));
}

ResourceId ResourceId::parent() const
{
    std::vector<std::string_view> parts = segments();
    const std::size_t provider = provider_index(parts);
    const bool is_top_resource = provider != parts.size() && parts.size() <= provider + 4;
    parts.resize(
        is_top_resource ? provider : parts.size() - std::min<std::size_t>(2, parts.size())
    );
    return ResourceId(joined(parts));
}

std::vector<std::string_view> ResourceId::segments() const
{
    std::vector<std::string_view> parts;
    const std::string_view text = text_;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t slash = std::min(text.find('/', from), text.size());
        if (slash > from) {
            parts.push_back(text.substr(from, slash - from));
        }
        from = slash + 1;
    }
    return parts;
}

std::string ResourceId::subscription() const
{
    const std::vector<std::string_view> parts = segments();
    return parts.size() >= 2 && same_text(parts[0], "subscriptions") ? std::string(parts[1])
                                                                     : std::string();
}

std::string ResourceId::group() const
{
    const std::vector<std::string_view> parts = segments();
    return parts.size() >= 4 && same_text(parts[2], "resourceGroups") ? std::string(parts[3])
                                                                      : std::string();
}

std::string ResourceId::type() const
{
    const std::vector<std::string_view> parts = segments();
    const std::size_t provider = provider_index(parts);
    if (provider + 1 >= parts.size()) {
        return {};
    }
    std::string type(parts[provider + 1]);
    for (std::size_t i = provider + 2; i < parts.size(); i += 2) {
        type.append("/").append(parts[i]);
    }
    return type;
}

std::string ResourceId::name() const
{
    const std::vector<std::string_view> parts = segments();
    return parts.empty() ? std::string() : std::string(parts.back());
}

std::vector<std::string> ResourceId::names() const
{
    const std::vector<std::string_view> parts = segments();
    std::vector<std::string> names;
    for (std::size_t i = provider_index(parts) + 3; i < parts.size(); i += 2) {
        names.emplace_back(parts[i]);
    }
    return names;
}

bool ResourceId::is_of_type(std::string_view wanted) const
{
    return same_text(type(), wanted);
}

bool ResourceId::operator==(const ResourceId& other) const
{
    return same_text(text_, other.text_);
}

std::weak_ordering ResourceId::operator<=>(const ResourceId& other) const
{
    return lower_case(text_) <=> lower_case(other.text_);
}

}  // namespace starkeep::azure::arm
