// SPDX-License-Identifier: Apache-2.0
// Rows as text: decoded or refused, and alike however the bytes are cut; rows are counted where newlines are.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/result.hpp"
#include "engine/copy_text.hpp"
#include "fuzz_input.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using starkeep::ByteView;
using starkeep::Result;

/// Writes down what it is told, so that neighbouring pieces of one value look like one.
class Told final : public starkeep::engine::FieldSink {
public:
    Result<void> value(std::size_t field, std::string_view piece) override
    {
        ENSURE(field == field_ && !piece.empty());
        text += piece;
        return {};
    }
    Result<void> end_field(std::size_t field, bool null) override
    {
        ENSURE(field == field_);
        text += null ? "<null>" : "<field>";
        ++field_;
        return {};
    }
    Result<void> end_row() override
    {
        text += "<row>";
        field_ = 0;
        ++rows;
        return {};
    }

    std::string text;
    std::uint64_t rows = 0;

private:
    std::size_t field_ = 0;
};

struct Outcome {
    bool ok = true;
    Told told;
    starkeep::engine::RowCounter counter;
};

void decode(ByteView bytes, std::size_t step, Outcome& outcome)
{
    starkeep::engine::CopyTextDecoder decoder(outcome.told);
    while (outcome.ok && !bytes.empty()) {
        const ByteView piece = bytes.first(std::min(step, bytes.size()));
        bytes = bytes.subspan(piece.size());
        outcome.counter.add(piece);
        outcome.ok = decoder.add(piece).ok();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    starkeep::fuzz::Input input(data, size);
    const std::size_t step = 1U + input.choice();
    Outcome at_once;
    Outcome in_pieces;
    decode(input.rest(), size + 1, at_once);
    decode(input.rest(), step, in_pieces);
    ENSURE(at_once.ok == in_pieces.ok);
    ENSURE(at_once.told.text == in_pieces.told.text);
    if (at_once.ok) {
        ENSURE(at_once.counter.digest() == in_pieces.counter.digest());
        ENSURE(at_once.counter.rows() == in_pieces.counter.rows());
        ENSURE(at_once.counter.whole() == in_pieces.counter.whole());
    }
    return 0;
}
