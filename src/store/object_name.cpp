// SPDX-License-Identifier: Apache-2.0
#include "store/object_name.hpp"

#include "base/error.hpp"
#include "base/result.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace starkeep::store {

namespace {

constexpr std::size_t kMaxName = 200;

bool is_name_character(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
           std::string_view("/._-").find(character) != std::string_view::npos;
}

bool is_part(std::string_view part)
{
    return !part.empty() && part != "." && part != "..";
}

/// Whether all parts but the last are proper ones; `last` gets the last.
bool takes_leading_parts(std::string_view name, std::string_view& last)
{
    if (name.size() > kMaxName || !std::ranges::all_of(name, is_name_character)) {
        return false;
    }
    for (std::size_t slash = name.find('/'); slash != std::string_view::npos;
         slash = name.find('/')) {
        if (!is_part(name.substr(0, slash))) {
            return false;
        }
        name.remove_prefix(slash + 1);
    }
    last = name;
    return true;
}

}  // namespace

bool is_object_name(std::string_view name)
{
    std::string_view last;
    return takes_leading_parts(name, last) && is_part(last);
}

Result<void> check_object_name(std::string_view name)
{
    if (!is_object_name(name)) {
        return Error{
            ErrorCode::InvalidInput, "\"" + std::string(name) + "\" is no name for an object"
        };
    }
    return {};
}

Result<void> check_prefix(std::string_view prefix)
{
    std::string_view last;
    if (!takes_leading_parts(prefix, last)) {
        return Error{
            ErrorCode::InvalidInput, "\"" + std::string(prefix) + "\" begins no object's name"
        };
    }
    return {};
}

}  // namespace starkeep::store
