// SPDX-License-Identifier: Apache-2.0
#include "engine/selection.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/typed_name.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

bool fits_name(const TypedName& pattern, const TypedName& object)
{
    // Without quotes, a star may reach over the period, and a period may belong to a name.
    if (pattern.is_plain() && matches(parse_part(pattern.text), object.plain())) {
        return true;
    }
    if (pattern.schema && (!object.schema || !matches(*pattern.schema, object.schema->text))) {
        return false;
    }
    return matches(pattern.name, object.name.text);
}

}  // namespace

Selection::Pattern::Pattern(std::string typed) : text(std::move(typed))
{
    std::string_view rest = text;
    if (const std::size_t slash = find_separator(rest, '/'); slash != std::string_view::npos) {
        database = parse_part(rest.substr(0, slash));
        rest.remove_prefix(slash + 1);
    }
    objects = parse_typed_name(rest);
}

bool Selection::Pattern::fits_database(std::string_view name) const
{
    return !database || matches(*database, name);
}

bool Selection::Pattern::fits(std::string_view database_name, std::string_view object) const
{
    return fits_database(database_name) &&
           ((database && objects.text.empty()) || fits_name(objects, parse_typed_name(object)));
}

bool Selection::Pattern::means_all_of(std::string_view name) const
{
    const bool all = database && objects.text.empty();
    return (all || (!objects.schema && objects.name.is_only_star())) && fits_database(name);
}

Selection::Selection(std::vector<std::string> include, std::vector<std::string> exclude)
{
    for (std::string& text : include) {
        include_.emplace_back(std::move(text));
    }
    for (std::string& text : exclude) {
        exclude_.emplace_back(std::move(text));
    }
}

bool Selection::chosen(
    std::string_view database, std::string_view object, const std::vector<std::string>& ancestors
) const
{
    const auto fits = [&](const Pattern& pattern) {
        const bool fitting = pattern.fits(database, object) ||
                             std::ranges::any_of(ancestors, [&](const std::string& ancestor) {
                                 return pattern.fits(database, ancestor);
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
               return pattern.means_all_of(database);
           });
}

bool Selection::touches(std::string_view database) const
{
    const auto names_database = [&](const Pattern& pattern) {
        return pattern.fits_database(database);
    };
    const auto drops_database = [&](const Pattern& pattern) {
        const bool drops =
            pattern.database && pattern.objects.text.empty() && names_database(pattern);
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

bool Selection::fits(const std::string& pattern, std::string_view database, std::string_view object)
{
    return Pattern(pattern).fits(database, object);
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

std::optional<std::string> Rename::of_database(std::string_view database) const
{
    const bool fits =
        from.schema ? from.is_plain() && from.text == database : from.name.text == database;
    return fits ? std::optional(to.plain()) : std::nullopt;
}

std::optional<std::string> Rename::of_object(std::string_view object) const
{
    if (!from.schema || !to.schema || !names_object(from, object)) {
        return std::nullopt;
    }
    return sql_name(to.schema->text, to.name.text);
}

Result<Rename> parse_rename(std::string_view text)
{
    const std::size_t equals = find_separator(text, '=');
    Rename rename;
    if (equals != std::string_view::npos) {
        rename = {
            .text = std::string(text),
            .from = parse_typed_name(text.substr(0, equals)),
            .to = parse_typed_name(text.substr(equals + 1))
        };
    }
    const auto is_whole = [](const TypedName& name) {
        return !name.name.text.empty() && (!name.schema || !name.schema->text.empty());
    };
    const bool same_kind = rename.from.schema.has_value() == rename.to.schema.has_value();
    if (!is_whole(rename.from) || !is_whole(rename.to) || !same_kind) {
        return Error{
            ErrorCode::InvalidInput,
            "rename \"" + std::string(text) + "\" is not OLD=NEW",
            "Write --rename OLD_DATABASE=NEW_DATABASE or --rename SCHEMA.TABLE=SCHEMA.NEW_TABLE; "
            "a part with a period or an equals sign in it goes in double quotes."
        };
    }
    return rename;
}

}  // namespace starkeep::engine
