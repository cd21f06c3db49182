// SPDX-License-Identifier: Apache-2.0
// A server's answer to COPY: rows or an error, and the same ones however the bytes are cut.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/result.hpp"
#include "fuzz_input.hpp"
#include "source/postgres/copy_parser.hpp"
#include "source/reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using starkeep::ByteView;
using starkeep::Result;

class Rows final : public starkeep::source::RowSink {
public:
    Result<void> piece(ByteView data, bool row_ends) override
    {
        ENSURE(!data.empty());
        text += starkeep::as_text(data);
        text += row_ends ? "<row>" : "";
        return {};
    }

    std::string text;
};

struct Outcome {
    Rows rows;
    std::string failure;
    bool finished = false;
};

void feed(ByteView bytes, std::size_t step, Outcome& outcome)
{
    starkeep::source::postgres::CopyParser parser(outcome.rows);
    Result<void> fed;
    while (fed.ok() && !bytes.empty()) {
        const ByteView piece = bytes.first(std::min(step, bytes.size()));
        bytes = bytes.subspan(piece.size());
        fed = parser.feed(piece);
    }
    outcome.finished = fed.ok() && parser.finished();
    const Result<void> said = fed.ok() ? parser.outcome() : fed;
    outcome.failure = said.ok() ? "" : said.error().text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    starkeep::fuzz::Input input(data, size);
    const std::size_t step = 1U + input.choice();
    Outcome at_once;
    Outcome in_pieces;
    feed(input.rest(), size + 1, at_once);
    feed(input.rest(), step, in_pieces);
    ENSURE(at_once.rows.text == in_pieces.rows.text);
    ENSURE(at_once.failure == in_pieces.failure);
    ENSURE(at_once.finished == in_pieces.finished);
    return 0;
}
