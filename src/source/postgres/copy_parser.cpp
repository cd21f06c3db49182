// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/copy_parser.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/server_error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace starkeep::source::postgres {

namespace {

Error broken_protocol(const std::string& how)
{
    return {ErrorCode::Unavailable, "the server's answer to COPY breaks the protocol: " + how};
}

bool is_known(char type)
{
    return std::string_view("HdcCZENSA").find(type) != std::string_view::npos;
}

}  // namespace

Result<void> CopyParser::feed(ByteView data)
{
    while (!data.empty()) {
        switch (state_) {
        case State::Header:
            data = take_header(data);
            if (header_bytes_ == header_.size()) {
                TRY(begin_message());
            }
            break;
        case State::RowData: {
            TRY_LET(data, take_row_data(data));
            break;
        }
        case State::Buffered:
            data = take_buffered(data);
            break;
        }
        if (state_ == State::Buffered && left_ == 0) {
            TRY(end_message());
        }
    }
    return {};
}

ByteView CopyParser::take_header(ByteView data)
{
    const std::size_t taken = std::min(data.size(), header_.size() - header_bytes_);
    std::ranges::copy(
        data.first(taken), header_.begin() + static_cast<std::ptrdiff_t>(header_bytes_)
    );
    header_bytes_ += taken;
    return data.subspan(taken);
}

Result<void> CopyParser::begin_message()
{
    header_bytes_ = 0;
    type_ = static_cast<char>(header_[0]);
    std::uint32_t length = 0;
    for (std::size_t i = 1; i < header_.size(); ++i) {
        length = (length << 8U) | std::to_integer<std::uint32_t>(header_[i]);
    }
    // The length counts itself; the server's own limit is that of a signed number.
    if (!is_known(type_) || length < 4 || length > 0x7fffffffU) {
        return broken_protocol(
            "a message of type " + std::to_string(type_) + " and length " + std::to_string(length)
        );
    }
    left_ = length - 4;
    if (type_ == 'd') {
        if (!copying_ || done_) {
            return broken_protocol("row data outside a COPY");
        }
        state_ = left_ > 0 ? State::RowData : State::Header;
        return {};
    }
    if (left_ > kMaxMessageBytes) {
        return broken_protocol("a message of " + std::to_string(left_) + " bytes");
    }
    message_.clear();
    state_ = State::Buffered;
    return {};
}

Result<ByteView> CopyParser::take_row_data(ByteView data)
{
    const ByteView piece = data.first(std::min(data.size(), left_));
    left_ -= piece.size();
    // A raw newline is only ever the end of a row: COPY text writes \n for one inside a value.
    const bool row_ends = left_ == 0 && piece.back() == std::byte{'\n'};
    inside_row_ = !row_ends;
    TRY(sink_.piece(piece, row_ends));
    if (left_ == 0) {
        state_ = State::Header;
    }
    return data.subspan(piece.size());
}

ByteView CopyParser::take_buffered(ByteView data)
{
    const ByteView piece = data.first(std::min(data.size(), left_));
    append(message_, piece);
    left_ -= piece.size();
    return data.subspan(piece.size());
}

Result<void> CopyParser::end_message()
{
    state_ = State::Header;
    switch (type_) {
    case 'H':
        if (message_.empty() || message_[0] != std::byte{0}) {
            return broken_protocol("rows are not in text form");
        }
        copying_ = true;
        break;
    case 'c':
        if (!copying_ || inside_row_) {
            return broken_protocol("the rows end inside a row");
        }
        done_ = true;
        break;
    case 'E':
        parse_error();
        break;
    case 'Z':
        ready_ = true;
        break;
    default:  // command completion, notices, parameters and notifications say nothing about rows
        break;
    }
    return {};
}

void CopyParser::parse_error()
{
    std::string sqlstate;
    std::string text;
    std::string hint;
    std::string_view fields = as_text(message_);
    while (!fields.empty() && fields.front() != '\0') {
        const char code = fields.front();
        const std::string_view value = fields.substr(1, fields.find('\0', 1) - 1);
        fields.remove_prefix(std::min(fields.size(), value.size() + 2));
        if (code == 'C') {
            sqlstate = value;
        } else if (code == 'M') {
            text = value;
        } else if (code == 'H') {
            hint = value;
        }
    }
    if (!failure_) {
        failure_ = server_error(sqlstate, text, hint);
    }
}

Result<void> CopyParser::outcome() const
{
    if (failure_) {
        return *failure_;
    }
    if (!done_ || !ready_) {
        return Error{ErrorCode::Unavailable, "the connection ended before all rows came"};
    }
    return {};
}

}  // namespace starkeep::source::postgres
