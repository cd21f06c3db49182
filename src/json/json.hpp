// SPDX-License-Identifier: Apache-2.0
// JSON that keeps its member order, and typed reading that answers with a Result instead of an exception.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace starkeep {

using Json = nlohmann::ordered_json;

namespace json {

/// Errors: Corrupt with the byte offset when `text` is not one JSON document, or nests deeper than 64.
Result<Json> parse(std::string_view text);

/// One line, no spaces; invalid UTF-8 is replaced by U+FFFD.
std::string format(const Json& value);

/// The member `key` of `object`, of the type asked for.
/// Errors: Corrupt, naming the key, when `object` is no object, the member is missing or of another type or range.
Result<std::string> get_string(const Json& object, std::string_view key);
Result<std::uint64_t> get_unsigned(const Json& object, std::string_view key);
Result<bool> get_bool(const Json& object, std::string_view key);
Result<Json> get_array(const Json& object, std::string_view key);
Result<Json> get_object(const Json& object, std::string_view key);

}  // namespace json
}  // namespace starkeep
