// SPDX-License-Identifier: Apache-2.0
#include "appliance/fields.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::appliance {

Result<Fields> Fields::of(const Json& object, std::string where)
{
    if (!object.is_object()) {
        return Error{ErrorCode::InvalidInput, where + " is no object with members"};
    }
    return Fields(object, std::move(where));
}

Error Fields::wrong(std::string_view key, std::string_view wanted) const
{
    return {
        ErrorCode::InvalidInput, where_ + "." + std::string(key) + " is no " + std::string(wanted)
    };
}

const Json* Fields::value(std::string_view key)
{
    asked_.emplace(key);
    const auto found = object_->find(std::string(key));
    return found == object_->end() || found->is_null() ? nullptr : &*found;
}

Result<std::optional<std::string>> Fields::text(std::string_view key)
{
    const Json* found = value(key);
    if (found == nullptr) {
        return std::optional<std::string>();
    }
    if (!found->is_string()) {
        return wrong(key, "text");
    }
    return std::optional(found->get_ref<const std::string&>());
}

Result<std::optional<bool>> Fields::boolean(std::string_view key)
{
    const Json* found = value(key);
    if (found == nullptr) {
        return std::optional<bool>();
    }
    if (!found->is_boolean()) {
        return wrong(key, "true or false");
    }
    return std::optional(found->get<bool>());
}

Result<std::optional<std::uint64_t>> Fields::number(std::string_view key, std::uint64_t most)
{
    if (value(key) == nullptr) {
        return std::optional<std::uint64_t>();
    }
    const Result<std::uint64_t> number = json::get_unsigned(*object_, key);
    if (!number.ok() || *number > most) {
        return wrong(key, "whole number from 0 to " + std::to_string(most));
    }
    return std::optional(*number);
}

Result<std::vector<std::string>> Fields::texts(std::string_view key)
{
    const Json* found = value(key);
    if (found == nullptr) {
        return std::vector<std::string>();
    }
    if (found->is_string()) {
        return std::vector{found->get_ref<const std::string&>()};
    }
    if (!found->is_array()) {
        return wrong(key, "list of texts");
    }
    std::vector<std::string> list;
    for (const Json& element : *found) {
        if (!element.is_string()) {
            return wrong(key, "list of texts");
        }
        list.push_back(element.get_ref<const std::string&>());
    }
    return list;
}

Result<std::string> Fields::required(std::string_view key)
{
    TRY_LET(std::optional<std::string> found, text(key));
    if (!found || found->empty()) {
        return Error{ErrorCode::InvalidInput, where_ + "." + std::string(key) + " is missing"};
    }
    return std::move(*found);
}

Result<void> Fields::finish() const
{
    for (const auto& [key, member] : object_->items()) {
        if (!asked_.contains(key)) {
            std::string known;
            for (const std::string& name : asked_) {
                known += (known.empty() ? "" : ", ") + name;
            }
            return Error{
                ErrorCode::InvalidInput,
                where_ + " has no member \"" + key + "\"",
                "It may have: " + known + "."
            };
        }
    }
    return {};
}

}  // namespace starkeep::appliance
