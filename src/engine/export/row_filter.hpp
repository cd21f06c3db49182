// SPDX-License-Identifier: Apache-2.0
// Choosing rows by the value of one column, in two passes over a leaf, so that no row need be held in memory.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "engine/copy_text.hpp"
#include "engine/point_reader.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::engine {

/// First pass: which rows have `wanted` in `column`. NULL never does.
class RowMatcher final : public FieldSink {
public:
    RowMatcher(std::size_t column, std::string_view wanted) : column_(column), wanted_(wanted) {}

    Result<void> value(std::size_t field, std::string_view piece) override;
    Result<void> end_field(std::size_t field, bool null) override;
    Result<void> end_row() override;

    /// One entry per row seen.
    const std::vector<bool>& matches() const { return matches_; }

private:
    std::size_t column_;
    std::string wanted_;
    std::size_t compared_ = 0;  ///< how much of `wanted_` this row has shown
    bool equal_ = true;
    bool match_ = false;
    std::vector<bool> matches_;
};

/// Second pass: lets the chosen rows through.
class RowGate {
public:
    explicit RowGate(const std::vector<bool>& open) : open_(open) {}
    Result<void> pass(ByteView piece, const ByteSink& sink);

private:
    const std::vector<bool>& open_;
    std::size_t row_ = 0;
};

}  // namespace starkeep::engine
