// SPDX-License-Identifier: Apache-2.0
#include "engine/selection.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::engine {

bool matches(std::string_view pattern, std::string_view text)
{
    // Greedy with one point of return: linear in practice, never worse than pattern × text.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string without_quotes(std::string_view object)
{
    std::string out;
    for (std::size_t i = 0; i < object.size(); ++i) {
        if (object[i] != '"') {
            out.push_back(object[i]);
        } else if (i + 1 < object.size() && object[i + 1] == '"') {
            out.push_back('"');
            ++i;
        }
    }
    return out;
}

namespace {

std::string_view table_part(std::string_view object)
{
    bool quoted = false;
    for (std::size_t i = 0; i < object.size(); ++i) {
        if (object[i] == '"') {
            quoted = !quoted;
        } else if (object[i] == '.' && !quoted) {
            return object.substr(i + 1);
        }
    }
    return object;
}

bool object_matches(std::string_view pattern, std::string_view database, std::string_view object)
{
    if (const std::size_t slash = pattern.find('/'); slash != std::string_view::npos) {
        if (!matches(pattern.substr(0, slash), database)) {
            return false;
        }
        pattern.remove_prefix(slash + 1);
        if (pattern.empty()) {
            return true;
        }
    }
    if (matches(pattern, object) || matches(pattern, without_quotes(object))) {
        return true;
    }
    return pattern.find('.') == std::string_view::npos &&
           matches(pattern, without_quotes(table_part(object)));
}

}  // namespace

Selection::Selection(std::vector<std::string> include, std::vector<std::string> exclude)
{
    for (std::string& text : include) {
        include_.push_back({.text = std::move(text)});
    }
    for (std::string& text : exclude) {
        exclude_.push_back({.text = std::move(text)});
    }
}

bool Selection::chosen(
    std::string_view database, std::string_view object, const std::vector<std::string>& ancestors
) const
{
    const auto fits = [&](const Pattern& pattern) {
        const bool fitting = object_matches(pattern.text, database, object) ||
                             std::ranges::any_of(ancestors, [&](const std::string& ancestor) {
                                 return object_matches(pattern.text, database, ancestor);
                             });
        pattern.used = pattern.used || fitting;
        return fitting;
    };
    // Every pattern is asked, so that each one that fits anything counts as used.
    const auto included = std::ranges::count_if(include_, fits);
    const auto excluded = std::ranges::count_if(exclude_, fits);
    return (include_.empty() || included > 0) && excluded == 0;
}

bool Selection::means_whole(std::string_view database) const
{
    return include_.empty() || std::ranges::any_of(include_, [&](const Pattern& pattern) {
               const std::string_view text = pattern.text;
               const std::size_t slash = text.find('/');
               const std::string_view objects =
                   slash == std::string_view::npos ? text : text.substr(slash + 1);
               const bool all = objects == "*" || (objects.empty() && !text.empty());
               return all &&
                      (slash == std::string_view::npos || matches(text.substr(0, slash), database));
           });
}

bool Selection::touches(std::string_view database) const
{
    const auto names_database = [&](const Pattern& pattern) {
        const std::size_t slash = pattern.text.find('/');
        return slash == std::string::npos ||
               matches(std::string_view(pattern.text).substr(0, slash), database);
    };
    const auto drops_database = [&](const Pattern& pattern) {
        const bool drops = pattern.text.ends_with('/') && names_database(pattern);
        pattern.used = pattern.used || drops;
        return drops;
    };
    return (include_.empty() || std::ranges::any_of(include_, names_database)) &&
           std::ranges::none_of(exclude_, drops_database);
}

std::vector<std::string> Selection::unused(const std::vector<Pattern>& patterns)
{
    std::vector<std::string> out;
    for (const Pattern& pattern : patterns) {
        if (!pattern.used) {
            out.push_back(pattern.text);
        }
    }
    return out;
}

std::vector<std::string> Selection::unmatched() const
{
    return unused(include_);
}

std::vector<std::string> Selection::unmatched_exclusions() const
{
    return unused(exclude_);
}

std::vector<std::string> ancestors_of(const Json& facts)
{
    std::vector<std::string> names;
    if (const Result<Json> ancestors = json::get_array(facts, "partition_of"); ancestors.ok()) {
        for (const Json& name : *ancestors) {
            if (name.is_string()) {
                names.push_back(name.get<std::string>());
            }
        }
    }
    return names;
}

Result<Rename> parse_rename(std::string_view text)
{
    const std::size_t equals = text.find('=');
    Rename rename;
    if (equals != std::string_view::npos) {
        rename = {
            .from = std::string(text.substr(0, equals)), .to = std::string(text.substr(equals + 1))
        };
    }
    const bool same_kind =
        (rename.from.find('.') == std::string::npos) == (rename.to.find('.') == std::string::npos);
    if (rename.from.empty() || rename.to.empty() || !same_kind) {
        return Error{
            ErrorCode::InvalidInput,
            "rename \"" + std::string(text) + "\" is not OLD=NEW",
            "Write --rename OLD_DATABASE=NEW_DATABASE or --rename SCHEMA.TABLE=SCHEMA.NEW_TABLE."
        };
    }
    return rename;
}

}  // namespace starkeep::engine
