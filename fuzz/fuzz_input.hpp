// SPDX-License-Identifier: Apache-2.0
// What every fuzz target does first: the fuzzer's bytes as ours, and small numbers taken off their front.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace starkeep::fuzz {

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(std::as_bytes(std::span(data, size)))
    {
    }

    /// The next byte; 0 when there is none.
    std::uint8_t choice()
    {
        if (rest_.empty()) {
            return 0;
        }
        const auto value = std::to_integer<std::uint8_t>(rest_.front());
        rest_ = rest_.subspan(1);
        return value;
    }
    ByteView rest() const { return rest_; }

private:
    ByteView rest_;
};

}  // namespace starkeep::fuzz
