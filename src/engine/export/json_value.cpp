// SPDX-License-Identifier: Apache-2.0
#include "engine/export/json_value.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/export/output_buffer.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace starkeep::engine {

namespace {

/// No text that is longer can be NULL.
constexpr std::size_t kLongestNull = 4;
constexpr std::size_t kLongestBareNumber = std::size_t{1} << 18U;

bool is_any_of(std::string_view type, std::initializer_list<std::string_view> names)
{
    return std::ranges::any_of(names, [&](std::string_view name) {
        return type == name ||
               (type.starts_with(name) && type.size() > name.size() && type[name.size()] == '(');
    });
}

/// Whether PostgreSQL's text of a number is one in JSON as well: NaN and the infinities are not.
bool is_json_number(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

Error no_array()
{
    return {ErrorCode::Corrupt, "a stored array is not what PostgreSQL prints"};
}

}  // namespace

ValueType value_type(std::string_view type, bool resolved)
{
    ValueType out;
    // A schema in the name tells a type of somebody's own, whose arrays may have another separator; box has one too.
    const bool may_be_array =
        resolved || (type.find_first_of(".\"") == std::string_view::npos && type != "box[]");
    while (may_be_array && type.ends_with("[]")) {
        out.is_array = true;
        type.remove_suffix(2);
    }
    if (is_any_of(
            type, {"smallint", "integer", "bigint", "real", "double precision", "numeric", "oid"}
        )) {
        out.kind = ValueKind::Number;
    } else if (type == "boolean") {
        out.kind = ValueKind::Boolean;
    } else if (type == "json" || type == "jsonb") {
        out.kind = ValueKind::Json;
    }
    return out;
}

std::string escaped(std::string_view text)
{
    static constexpr std::array<char, 16> kDigits = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (code < 0x20) {
            out += "\\u00";
            out += kDigits[code >> 4U];
            out += kDigits[code & 15U];
        } else {
            out += c;
        }
    }
    return out;
}

std::string scalar_as_json(ValueKind kind, const std::string& text)
{
    if (kind == ValueKind::Boolean) {
        return text == "t" ? "true" : "false";
    }
    return is_json_number(text) ? text : json::format(Json(text));
}

std::string on_one_line(std::string_view json)
{
    std::string line(json);
    std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return line;
}

Result<void> JsonArray::add(std::string_view piece, OutputBuffer& out)
{
    for (const char c : piece) {
        TRY(take(c, out));
    }
    return {};
}

Result<void> JsonArray::finish()
{
    const bool whole = state_ == State::Between && depth_ == 0;
    state_ = State::Start;
    depth_ = 0;
    return whole ? Result<void>() : no_array();
}

Result<void> JsonArray::take(char c, OutputBuffer& out)
{
    switch (state_) {
    case State::Start:
        if (c == '[') {
            state_ = State::Bounds;
            return {};
        }
        if (c != '{') {
            return no_array();
        }
        state_ = State::Between;
        return between(c, out);
    case State::Bounds:
        state_ = c == '=' ? State::Start : State::Bounds;
        return {};
    case State::Between:
        return depth_ == 0 ? no_array() : between(c, out);
    case State::Bare:
        return bare(c, out);
    case State::Quoted:
        if (c == '"') {
            return end_quoted(out);
        }
        if (c == '\\') {
            state_ = State::Escape;
            return {};
        }
        return content(c, out);
    case State::Escape:
        state_ = State::Quoted;
        return content(c, out);
    }
    return no_array();
}

Result<void> JsonArray::between(char c, OutputBuffer& out)
{
    switch (c) {
    case '{':
        ++depth_;
        return out.write("[");
    case '}':
        --depth_;
        return out.write("]");
    case ',':
        return out.write(",");
    case '"':
        return begin_quoted(out);
    default:
        state_ = State::Bare;
        bare_begun_ = false;
        return bare(c, out);
    }
}

Result<void> JsonArray::begin_quoted(OutputBuffer& out)
{
    state_ = State::Quoted;
    return kind_ == ValueKind::Json ? Result<void>() : out.write("\"");
}

Result<void> JsonArray::content(char c, OutputBuffer& out)
{
    const std::string_view one(&c, 1);
    return out.write(kind_ == ValueKind::Json ? on_one_line(one) : escaped(one));
}

Result<void> JsonArray::end_quoted(OutputBuffer& out)
{
    state_ = State::Between;
    return kind_ == ValueKind::Json ? Result<void>() : out.write("\"");
}

Result<void> JsonArray::bare(char c, OutputBuffer& out)
{
    if (c == ',' || c == '}') {
        TRY(end_bare(out));
        state_ = State::Between;
        return between(c, out);
    }
    if (bare_begun_) {
        return content(c, out);
    }
    bare_ += c;
    const bool is_text = kind_ == ValueKind::Text || kind_ == ValueKind::Json;
    if (bare_.size() > (is_text ? kLongestNull : kLongestBareNumber)) {
        if (!is_text) {
            return no_array();
        }
        bare_begun_ = true;
        TRY(out.write(kind_ == ValueKind::Text ? "\"" + escaped(bare_) : bare_));
        bare_.clear();
    }
    return {};
}

Result<void> JsonArray::end_bare(OutputBuffer& out)
{
    if (bare_begun_) {
        return kind_ == ValueKind::Text ? out.write("\"") : Result<void>();
    }
    std::string shown = "null";
    if (bare_ != "NULL") {
        switch (kind_) {
        case ValueKind::Text:
            shown = "\"" + escaped(bare_) + "\"";
            break;
        case ValueKind::Json:
            shown = bare_;
            break;
        default:
            shown = scalar_as_json(kind_, bare_);
        }
    }
    bare_.clear();
    return out.write(shown);
}

}  // namespace starkeep::engine
