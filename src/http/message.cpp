// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::http {

namespace {

/// ASCII only, whatever the locale: RFC 9110 knows no other names.
bool same_name(std::string_view left, std::string_view right)
{
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace

void Headers::set(std::string_view name, std::string value)
{
    remove(name);
    add(std::string(name), std::move(value));
}

void Headers::add(std::string name, std::string value)
{
    fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name)
{
    std::erase_if(fields_, [name](const Field& field) { return same_name(field.first, name); });
}

std::optional<std::string> Headers::find(std::string_view name) const
{
    const auto found = std::ranges::find_if(fields_, [name](const Field& field) {
        return same_name(field.first, name);
    });
    return found == fields_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace starkeep::http
