// SPDX-License-Identifier: Apache-2.0
#include "engine/export/row_format.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/point_reader.hpp"
#include "json/json.hpp"
#include "repository/manifest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::engine {

namespace {

constexpr std::size_t kFlushBytes = std::size_t{256} << 10U;
/// The longest numeric that PostgreSQL prints: 131,072 digits before the point, 16,383 after it, point and sign.
constexpr std::size_t kLongestNumber = 131072 + 16383 + 2;

Error too_many_fields(std::size_t columns)
{
    return {
        ErrorCode::Corrupt, "a stored row has more than its " + std::to_string(columns) + " columns"
    };
}

/// Whether PostgreSQL's text of a number is one in JSON as well: NaN and the infinities are not.
bool is_json_number(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

bool starts_with_any(std::string_view type, std::initializer_list<std::string_view> names)
{
    return std::ranges::any_of(names, [&](std::string_view name) {
        return type == name ||
               (type.starts_with(name) && type.size() > name.size() && type[name.size()] == '(');
    });
}

}  // namespace

Result<void> OutputBuffer::write(std::string_view text)
{
    buffer_ += text;
    return buffer_.size() < kFlushBytes ? Result<void>() : flush();
}

Result<void> OutputBuffer::flush()
{
    if (buffer_.empty()) {
        return {};
    }
    Result<void> written = sink_(as_bytes(buffer_));
    buffer_.clear();
    return written;
}

CsvWriter::CsvWriter(const repository::ManifestObject& object, OutputBuffer& out) : out_(out)
{
    for (const auto& column : object.columns) {
        names_.push_back(column.first);
    }
}

Result<void> CsvWriter::header()
{
    for (std::size_t i = 0; i < names_.size(); ++i) {
        TRY(value(i, names_[i]));
        TRY(end_field(i, false));
    }
    return end_row();
}

Result<void> CsvWriter::begin(std::size_t field)
{
    if (begun_) {
        return {};
    }
    if (field >= names_.size()) {
        return too_many_fields(names_.size());
    }
    begun_ = true;
    return out_.write(field == 0 ? "\"" : ",\"");
}

Result<void> CsvWriter::value(std::size_t field, std::string_view piece)
{
    TRY(begin(field));
    for (std::size_t quote = piece.find('"'); quote != std::string_view::npos;
         quote = piece.find('"')) {
        TRY(out_.write(piece.substr(0, quote + 1)));
        TRY(out_.write("\""));
        piece.remove_prefix(quote + 1);
    }
    return out_.write(piece);
}

Result<void> CsvWriter::end_field(std::size_t field, bool null)
{
    if (names_.empty()) {
        return {};  // a table without columns still has rows, of one empty field each
    }
    if (null) {
        return out_.write(field == 0 ? "" : ",");
    }
    TRY(begin(field));
    begun_ = false;
    return out_.write("\"");
}

Result<void> CsvWriter::end_row()
{
    return out_.write("\n");
}

NdjsonWriter::NdjsonWriter(const repository::ManifestObject& object, OutputBuffer& out) : out_(out)
{
    for (const auto& [name, type] : object.columns) {
        Column column;
        column.prefix = (columns_.empty() ? "{" : ",") + json::format(Json(name)) + ":";
        if (starts_with_any(
                type,
                {"smallint", "integer", "bigint", "real", "double precision", "numeric", "oid"}
            )) {
            column.kind = Kind::Number;
        } else if (type == "boolean") {
            column.kind = Kind::Boolean;
        } else if (type == "json" || type == "jsonb") {
            column.kind = Kind::Json;
        }
        columns_.push_back(std::move(column));
    }
}

Result<void> NdjsonWriter::value(std::size_t field, std::string_view piece)
{
    if (field >= columns_.size()) {
        return too_many_fields(columns_.size());
    }
    const Column& column = columns_[field];
    if (column.kind == Kind::Number || column.kind == Kind::Boolean) {
        scalar_ += piece;
        return scalar_.size() <= kLongestNumber
                   ? Result<void>()
                   : Error{ErrorCode::Corrupt, "a stored number is longer than PostgreSQL allows"};
    }
    if (!begun_) {
        begun_ = true;
        TRY(out_.write(column.prefix));
        if (column.kind == Kind::Text) {
            TRY(out_.write("\""));
        }
    }
    if (column.kind == Kind::Text) {
        return text(piece);
    }
    // A line end inside a json value stands between tokens, where a space means the same.
    std::string line(piece);
    std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return out_.write(line);
}

Result<void> NdjsonWriter::text(std::string_view piece)
{
    static constexpr std::array<char, 16> kDigits = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };
    std::string escaped;
    escaped.reserve(piece.size() + piece.size() / 8);
    for (const char c : piece) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            escaped += '\\';
            escaped += c;
        } else if (code < 0x20) {
            escaped += "\\u00";
            escaped += kDigits[code >> 4U];
            escaped += kDigits[code & 15U];
        } else {
            escaped += c;
        }
    }
    return out_.write(escaped);
}

Result<void> NdjsonWriter::end_field(std::size_t field, bool null)
{
    if (columns_.empty()) {
        return {};
    }
    if (field >= columns_.size()) {
        return too_many_fields(columns_.size());
    }
    const Column& column = columns_[field];
    if (null) {
        TRY(out_.write(column.prefix));
        return out_.write("null");
    }
    if (column.kind == Kind::Number || column.kind == Kind::Boolean) {
        TRY(out_.write(column.prefix));
        std::string shown = scalar_;
        if (column.kind == Kind::Boolean) {
            shown = scalar_ == "t" ? "true" : "false";
        } else if (!is_json_number(scalar_)) {
            shown = json::format(Json(scalar_));
        }
        scalar_.clear();
        return out_.write(shown);
    }
    if (!begun_) {
        TRY(out_.write(column.prefix));
        return out_.write(column.kind == Kind::Text ? "\"\"" : "null");
    }
    begun_ = false;
    return column.kind == Kind::Text ? out_.write("\"") : Result<void>();
}

Result<void> NdjsonWriter::end_row()
{
    return out_.write(columns_.empty() ? "{}\n" : "}\n");
}

}  // namespace starkeep::engine
