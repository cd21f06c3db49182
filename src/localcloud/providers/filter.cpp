// SPDX-License-Identifier: Apache-2.0
#include "localcloud/providers/filter.hpp"

#include "json/json.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

namespace {

struct Comparison {
    std::string member;
    std::string value;
};

/// "member eq 'value'", with '' for one quote inside.
std::optional<Comparison> parse_comparison(std::string_view text)
{
    const std::size_t equals = text.find(" eq ");
    if (equals == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view quoted = text.substr(equals + std::string_view(" eq ").size());
    if (quoted.size() < 2 || !quoted.starts_with('\'') || !quoted.ends_with('\'')) {
        return std::nullopt;
    }
    Comparison comparison{.member = std::string(text.substr(0, equals)), .value = {}};
    const std::string_view inside = quoted.substr(1, quoted.size() - 2);
    for (std::size_t i = 0; i < inside.size(); ++i) {
        comparison.value += inside[i];
        if (inside[i] == '\'' && i + 1 < inside.size() && inside[i + 1] == '\'') {
            ++i;
        }
    }
    return comparison;
}

std::optional<std::vector<Comparison>> parse_filter(std::string_view filter)
{
    std::vector<Comparison> out;
    while (!filter.empty()) {
        constexpr std::string_view kAnd = " and ";
        const std::size_t end = filter.find(kAnd);
        const auto comparison = parse_comparison(filter.substr(0, end));
        if (!comparison) {
            return std::nullopt;
        }
        out.push_back(*comparison);
        filter =
            end == std::string_view::npos ? std::string_view() : filter.substr(end + kAnd.size());
    }
    return out;
}

/// tagName and tagValue go together: the value is that of the tag named.
bool has_tag(const Json& document, const std::string& name, const std::string& value)
{
    const Json& tags = at(document, "tags");
    if (!tags.is_object()) {
        return false;
    }
    for (const auto& tag : tags.items()) {
        if (is_same(tag.key(), name) && tag.value().is_string() &&
            (value.empty() || tag.value() == value)) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_filter(std::string_view filter)
{
    return parse_filter(filter).has_value();
}

bool is_selected(std::string_view filter, const Json& document)
{
    const auto comparisons = parse_filter(filter);
    if (!comparisons) {
        return false;
    }
    std::string tag_name;
    std::string tag_value;
    for (const Comparison& comparison : *comparisons) {
        if (is_same(comparison.member, "tagName")) {
            tag_name = comparison.value;
        } else if (is_same(comparison.member, "tagValue")) {
            tag_value = comparison.value;
        } else if (is_same(comparison.member, "resourceType")) {
            if (!is_same(text_at(document, "type"), comparison.value)) {
                return false;
            }
        } else if (!is_same(text_at(document, comparison.member), comparison.value)) {
            return false;
        }
    }
    return tag_name.empty() || has_tag(document, tag_name, tag_value);
}

}  // namespace starkeep::localcloud
