// SPDX-License-Identifier: Apache-2.0
#include "localcloud/reading.hpp"

#include "json/json.hpp"
#include "localcloud/resource_id.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

namespace {

const Json kNull;
const Json kEmptyList = Json::array();

const Json* member(const Json& value, std::string_view name)
{
    if (value.is_object()) {
        for (const auto& item : value.items()) {
            if (is_same(item.key(), name)) {
                return &item.value();
            }
        }
    }
    return nullptr;
}

}  // namespace

const Json& at(const Json& value, std::string_view path)
{
    const Json* found = &value;
    for (const std::string& name : split_path(path)) {
        found = member(*found, name);
        if (found == nullptr) {
            return kNull;
        }
    }
    return *found;
}

Json& make_at(Json& value, std::string_view path)
{
    Json* found = &value;
    for (const std::string& name : split_path(path)) {
        if (!found->is_object()) {
            *found = Json::object();
        }
        std::string spelled = name;
        for (const auto& item : found->items()) {
            if (is_same(item.key(), name)) {
                spelled = item.key();
            }
        }
        found = &(*found)[spelled];
    }
    return *found;
}

bool has(const Json& value, std::string_view path)
{
    return !at(value, path).is_null();
}

std::string text_at(const Json& value, std::string_view path)
{
    const Json& found = at(value, path);
    return found.is_string() ? found.get<std::string>() : std::string();
}

bool flag_at(const Json& value, std::string_view path, bool otherwise)
{
    const Json& found = at(value, path);
    return found.is_boolean() ? found.get<bool>() : otherwise;
}

std::optional<std::int64_t> number_at(const Json& value, std::string_view path)
{
    const Json& found = at(value, path);
    if (found.is_number_unsigned() &&
        found.get<std::uint64_t>() >
            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return found.is_number_integer() ? std::optional(found.get<std::int64_t>()) : std::nullopt;
}

const Json& list_at(const Json& value, std::string_view path)
{
    const Json& found = at(value, path);
    return found.is_array() ? found : kEmptyList;
}

void merge(Json& value, const Json& change)
{
    if (change.is_null()) {
        return;
    }
    if (!change.is_object()) {
        value = change;
        return;
    }
    for (const auto& item : change.items()) {
        merge(make_at(value, item.key()), item.value());
    }
}

}  // namespace starkeep::localcloud
