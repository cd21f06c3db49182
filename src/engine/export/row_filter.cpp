// SPDX-License-Identifier: Apache-2.0
#include "engine/export/row_filter.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "engine/point_reader.hpp"

#include <cstddef>
#include <string_view>

namespace starkeep::engine {

Result<void> RowMatcher::value(std::size_t field, std::string_view piece)
{
    if (field == column_ && equal_) {
        equal_ = std::string_view(wanted_).substr(compared_).starts_with(piece);
        compared_ += piece.size();
    }
    return {};
}

Result<void> RowMatcher::end_field(std::size_t field, bool null)
{
    if (field == column_) {
        match_ = !null && equal_ && compared_ == wanted_.size();
        compared_ = 0;
        equal_ = true;
    }
    return {};
}

Result<void> RowMatcher::end_row()
{
    matches_.push_back(match_);
    match_ = false;
    return {};
}

Result<void> RowGate::pass(ByteView piece, const ByteSink& sink)
{
    std::string_view text = as_text(piece);
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view part = text.substr(0, end == std::string_view::npos ? end : end + 1);
        text.remove_prefix(part.size());
        if (row_ < open_.size() && open_[row_]) {
            TRY(sink(as_bytes(part)));
        }
        row_ += end == std::string_view::npos ? 0 : 1;
    }
    return {};
}

}  // namespace starkeep::engine
