// SPDX-License-Identifier: Apache-2.0
// Reading a body that a client sent: members by path, nothing assumed, null where nothing is.
#pragma once

#include "json/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

/// The member at "properties/subnet/id"; null when any part is missing. Names match without case, as Azure's parsers do.
const Json& at(const Json& value, std::string_view path);
/// The member, made on the way where it is missing.
Json& make_at(Json& value, std::string_view path);

bool has(const Json& value, std::string_view path);
/// Empty when missing or of another type.
std::string text_at(const Json& value, std::string_view path);
bool flag_at(const Json& value, std::string_view path, bool otherwise = false);
std::optional<std::int64_t> number_at(const Json& value, std::string_view path);
/// An array; an empty one when missing or of another type.
const Json& list_at(const Json& value, std::string_view path);

/// Puts the members of `change` over those of `value`, object by object (RFC 7396, but null leaves what is there).
void merge(Json& value, const Json& change);

}  // namespace starkeep::localcloud
