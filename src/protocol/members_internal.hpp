// SPDX-License-Identifier: Apache-2.0
// Members of this room's JSON documents, each read with its range.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::protocol {

/// Errors: Corrupt, naming the member, when it is missing, of another type or outside [least, most].
Result<std::uint64_t>
get_number(const Json& object, std::string_view key, std::uint64_t least, std::uint64_t most);

/// Errors: Corrupt when it is no array of strings.
Result<std::vector<std::string>> get_strings(const Json& object, std::string_view key);

/// Errors: Corrupt when it is not `out.size()` bytes in hexadecimal digits.
Result<void> get_hex(const Json& object, std::string_view key, std::span<std::byte> out);

/// An identifier of base/id.hpp. Errors: Corrupt.
template <typename AnyId>
Result<AnyId> get_id(const Json& object, std::string_view key)
{
    AnyId id;
    TRY(get_hex(object, key, id.bytes));
    return id;
}

/// Likewise, or null. Errors: Corrupt.
template <typename AnyId>
Result<std::optional<AnyId>> get_optional_id(const Json& object, std::string_view key)
{
    if (object.is_object() && object.contains(key) && object[key].is_null()) {
        return std::optional<AnyId>();
    }
    TRY_LET(const AnyId id, get_id<AnyId>(object, key));
    return std::optional<AnyId>(id);
}

/// A word and what it stands for.
template <typename Value>
using Word = std::pair<std::string_view, Value>;

/// Errors: Corrupt when the member is none of the words.
template <typename Value, std::size_t Count>
Result<Value>
get_word(const Json& object, std::string_view key, const std::array<Word<Value>, Count>& words)
{
    TRY_LET(const std::string text, json::get_string(object, key));
    for (const auto& [word, value] : words) {
        if (word == text) {
            return value;
        }
    }
    return Error{
        ErrorCode::Corrupt, "JSON: member \"" + std::string(key) + "\" is an unknown word"
    };
}

/// The word for `value`, which has one.
template <typename Value, std::size_t Count>
std::string word_for(Value value, const std::array<Word<Value>, Count>& words)
{
    for (const auto& [word, meant] : words) {
        if (meant == value) {
            return std::string(word);
        }
    }
    return {};
}

/// Errors: Unsupported when the member `key` names another version than this program's.
Result<void> require_version(const Json& object, std::string_view key, std::string_view what);

}  // namespace starkeep::protocol
