// SPDX-License-Identifier: Apache-2.0
#include "engine/copy_text.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace starkeep::engine {

void RowCounter::add(ByteView piece)
{
    std::string_view text = as_text(piece);
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view row = text.substr(0, end == std::string_view::npos ? end : end + 1);
        text.remove_prefix(row.size());
        if (end == std::string_view::npos) {
            hasher_.update(as_bytes(row));
            inside_row_ = true;
        } else {
            if (inside_row_) {
                hasher_.update(as_bytes(row));
                digest_ += hasher_.finish();
                inside_row_ = false;
            } else {
                digest_ += codec::digest_of_row(as_bytes(row));
            }
            ++rows_;
        }
    }
}

Result<void> CopyTextDecoder::add(ByteView piece)
{
    std::string_view text = as_text(piece);
    while (!text.empty()) {
        if (escaped_) {
            TRY(escape(text.front()));
            text.remove_prefix(1);
            continue;
        }
        const std::size_t special = text.find_first_of("\\\t\n");
        if (const std::string_view plain = text.substr(0, special); !plain.empty()) {
            TRY(sink_.value(field_, plain));
        }
        if (special == std::string_view::npos) {
            return {};
        }
        const char c = text[special];
        text.remove_prefix(special + 1);
        if (c == '\\') {
            escaped_ = true;
            continue;
        }
        TRY(end_field());
        if (c == '\n') {
            field_ = 0;
            TRY(sink_.end_row());
        }
    }
    return {};
}

Result<void> CopyTextDecoder::escape(char c)
{
    escaped_ = false;
    switch (c) {
    case 'N':
        null_ = true;
        return {};
    case 'b':
        return sink_.value(field_, "\b");
    case 'f':
        return sink_.value(field_, "\f");
    case 'n':
        return sink_.value(field_, "\n");
    case 'r':
        return sink_.value(field_, "\r");
    case 't':
        return sink_.value(field_, "\t");
    case 'v':
        return sink_.value(field_, "\v");
    case '\\':
        return sink_.value(field_, "\\");
    default:
        return Error{
            ErrorCode::Corrupt, "a stored row has the unknown escape \\" + std::string(1, c)
        };
    }
}

Result<void> CopyTextDecoder::end_field()
{
    TRY(sink_.end_field(field_, null_));
    null_ = false;
    ++field_;
    return {};
}

}  // namespace starkeep::engine
