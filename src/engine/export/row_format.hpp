// SPDX-License-Identifier: Apache-2.0
// Writers of rows: CSV and newline-delimited JSON from the fields of COPY text.
#pragma once

#include "base/result.hpp"
#include "engine/copy_text.hpp"
#include "engine/export/json_value.hpp"
#include "engine/export/output_buffer.hpp"
#include "engine/point_reader.hpp"
#include "repository/manifest.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::engine {

/// RFC 4180 with a header line and '\n' line ends; NULL is empty, the empty text is "" (as PostgreSQL's own CSV has it).
/// Every value is quoted, since a value that arrives in pieces cannot be looked over first.
class CsvWriter final : public FieldSink {
public:
    CsvWriter(const repository::ManifestObject& object, OutputBuffer& out);
    Result<void> header();
    Result<void> value(std::size_t field, std::string_view piece) override;
    Result<void> end_field(std::size_t field, bool null) override;
    Result<void> end_row() override;

private:
    Result<void> begin(std::size_t field);

    std::vector<std::string> names_;
    OutputBuffer& out_;
    bool begun_ = false;
};

/// One JSON object a line. Numbers, booleans, json columns, arrays of them and of text are JSON of their kind, also by way
/// of a domain; NaN, infinities and everything else are strings as PostgreSQL prints them.
class NdjsonWriter final : public FieldSink {
public:
    NdjsonWriter(const repository::ManifestObject& object, OutputBuffer& out);
    Result<void> value(std::size_t field, std::string_view piece) override;
    Result<void> end_field(std::size_t field, bool null) override;
    Result<void> end_row() override;

private:
    struct Column {
        std::string prefix;  ///< `{"name":` or `,"name":`
        ValueType type;
        JsonArray array;

        bool is_scalar() const
        {
            return !type.is_array &&
                   (type.kind == ValueKind::Number || type.kind == ValueKind::Boolean);
        }
        bool is_text() const { return !type.is_array && type.kind == ValueKind::Text; }
    };

    std::vector<Column> columns_;
    OutputBuffer& out_;
    std::string scalar_;  ///< of a number or boolean, which are short
    bool begun_ = false;
};

}  // namespace starkeep::engine
