// SPDX-License-Identifier: Apache-2.0
// The answer to a COPY … TO STDOUT as it comes off the wire, row by row, in bounded memory.
//
// libpq hands out whole rows and allocates each at once, a row of 1 GB too. This parser takes the same messages in pieces of any
// size and passes row bytes on as they come. Source: PostgreSQL documentation, "Frontend/Backend Protocol",
// message formats, version 3.0, read 2026-11-23.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/reader.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace starkeep::source::postgres {

/// Memory: one message that is no row, at most kMaxMessageBytes.
class CopyParser {
public:
    static constexpr std::size_t kMaxMessageBytes = 1024UL * 1024;

    explicit CopyParser(RowSink& sink) : sink_(sink) {}

    /// Bytes of the server's answer, cut anywhere.
    /// Errors: what the sink says; Unavailable when the bytes break the protocol or a row stays without its end.
    Result<void> feed(ByteView data);

    /// The server is ready for the next statement and no message is half read.
    bool finished() const { return ready_ && state_ == State::Header && header_bytes_ == 0; }

    /// What the server made of the statement. To be asked once finished, or when the connection ended.
    /// Errors: those of server_error.hpp; Unavailable when the answer is incomplete.
    Result<void> outcome() const;

private:
    enum class State : std::uint8_t { Header, RowData, Buffered };

    ByteView take_header(ByteView data);
    Result<void> begin_message();
    Result<ByteView> take_row_data(ByteView data);
    ByteView take_buffered(ByteView data);
    Result<void> end_message();
    void parse_error();

    RowSink& sink_;
    State state_ = State::Header;
    std::array<std::byte, 5> header_{};
    std::size_t header_bytes_ = 0;
    char type_ = 0;
    std::size_t left_ = 0;  ///< of the message at hand
    Bytes message_;
    bool copying_ = false;
    bool inside_row_ = false;
    bool done_ = false;   ///< CopyDone was seen
    bool ready_ = false;  ///< ReadyForQuery was seen
    std::optional<Error> failure_;
};

}  // namespace starkeep::source::postgres
