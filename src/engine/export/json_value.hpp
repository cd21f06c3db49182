// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL prints of a value, as JSON of its kind.
#pragma once

#include "base/result.hpp"
#include "engine/export/output_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace starkeep::engine {

enum class ValueKind : std::uint8_t { Text, Number, Boolean, Json };

/// The type of a column as JSON sees it.
struct ValueType {
    ValueKind kind = ValueKind::Text;  ///< of the elements, if it is an array
    bool is_array = false;
};

/// `type` as format_type() writes it. Arrays are known as such only of built-in types, unless `resolved`: then it is what
/// the source made of the type by going through domains, and every array in it is one with commas.
ValueType value_type(std::string_view type, bool resolved);

/// Escaped for the inside of a JSON string.
std::string escaped(std::string_view text);

/// A number or boolean whole: NaN and the infinities become strings.
std::string scalar_as_json(ValueKind kind, const std::string& text);

/// Within a json value a line end stands between tokens, where a space means the same.
std::string on_one_line(std::string_view json);

/// One array after the other, each in pieces cut anywhere: {1,NULL,{"a","b"}} becomes [1,null,["a","b"]]. Bounds other
/// than the usual ones ([0:1]={…}) are dropped. Memory: one number, whatever the width of an element.
class JsonArray {
public:
    explicit JsonArray(ValueKind kind) : kind_(kind) {}

    Result<void> add(std::string_view piece, OutputBuffer& out);
    /// Errors: Corrupt when the array is not complete.
    Result<void> finish();

private:
    enum class State : std::uint8_t { Start, Bounds, Between, Bare, Quoted, Escape };

    Result<void> take(char c, OutputBuffer& out);
    Result<void> between(char c, OutputBuffer& out);
    Result<void> begin_quoted(OutputBuffer& out);
    Result<void> content(char c, OutputBuffer& out);
    Result<void> end_quoted(OutputBuffer& out);
    Result<void> bare(char c, OutputBuffer& out);
    Result<void> end_bare(OutputBuffer& out);

    ValueKind kind_;
    State state_ = State::Start;
    std::size_t depth_ = 0;
    std::string bare_;         ///< an element without quotes, as far as it is not written
    bool bare_begun_ = false;  ///< it is too long for NULL or a number and is being written as text
};

}  // namespace starkeep::engine
