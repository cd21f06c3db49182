// SPDX-License-Identifier: Apache-2.0
#include "engine/export/row_format.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/export/json_value.hpp"
#include "engine/export/output_buffer.hpp"
#include "json/json.hpp"
#include "repository/manifest.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace starkeep::engine {

namespace {

/// The longest numeric that PostgreSQL prints: 131,072 digits before the point, 16,383 after it, point and sign.
constexpr std::size_t kLongestNumber = 131072 + 16383 + 2;

Error too_many_fields(std::size_t columns)
{
    return {
        ErrorCode::Corrupt, "a stored row has more than its " + std::to_string(columns) + " columns"
    };
}

}  // namespace

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
    // What the source found behind domains and arrays; points of older versions do not tell.
    const Result<Json> known = json::get_object(object.facts, "value_types");
    for (const auto& [name, declared] : object.columns) {
        const Result<std::string> found =
            known.ok() ? json::get_string(*known, name) : Result<std::string>(known.error());
        const ValueType type = value_type(found.ok() ? *found : declared, found.ok());
        columns_.push_back(
            {.prefix = (columns_.empty() ? "{" : ",") + json::format(Json(name)) + ":",
             .type = type,
             .array = JsonArray(type.kind)}
        );
    }
}

Result<void> NdjsonWriter::value(std::size_t field, std::string_view piece)
{
    if (field >= columns_.size()) {
        return too_many_fields(columns_.size());
    }
    Column& column = columns_[field];
    if (column.is_scalar()) {
        scalar_ += piece;
        return scalar_.size() <= kLongestNumber
                   ? Result<void>()
                   : Error{ErrorCode::Corrupt, "a stored number is longer than PostgreSQL allows"};
    }
    if (!begun_) {
        begun_ = true;
        TRY(out_.write(column.prefix));
        TRY(out_.write(column.is_text() ? "\"" : ""));
    }
    if (column.type.is_array) {
        return column.array.add(piece, out_);
    }
    return out_.write(column.is_text() ? escaped(piece) : on_one_line(piece));
}

Result<void> NdjsonWriter::end_field(std::size_t field, bool null)
{
    if (columns_.empty()) {
        return {};
    }
    if (field >= columns_.size()) {
        return too_many_fields(columns_.size());
    }
    Column& column = columns_[field];
    if (null) {
        TRY(out_.write(column.prefix));
        return out_.write("null");
    }
    if (column.is_scalar()) {
        TRY(out_.write(column.prefix));
        const std::string shown = scalar_as_json(column.type.kind, scalar_);
        scalar_.clear();
        return out_.write(shown);
    }
    if (column.type.is_array) {
        begun_ = false;
        return column.array.finish();
    }
    if (!begun_) {
        TRY(out_.write(column.prefix));
        return out_.write(column.is_text() ? "\"\"" : "null");
    }
    begun_ = false;
    return out_.write(column.is_text() ? "\"" : "");
}

Result<void> NdjsonWriter::end_row()
{
    return out_.write(columns_.empty() ? "{}\n" : "}\n");
}

}  // namespace starkeep::engine
