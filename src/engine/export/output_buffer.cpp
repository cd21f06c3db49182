// SPDX-License-Identifier: Apache-2.0
#include "engine/export/output_buffer.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <string_view>

namespace starkeep::engine {

namespace {

constexpr std::size_t kFlushBytes = std::size_t{256} << 10U;

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

}  // namespace starkeep::engine
