// SPDX-License-Identifier: Apache-2.0
// Small writes gathered into large ones.
#pragma once

#include "base/result.hpp"
#include "engine/point_reader.hpp"

#include <string>
#include <string_view>

namespace starkeep::engine {

class OutputBuffer {
public:
    explicit OutputBuffer(const ByteSink& sink) : sink_(sink) {}
    Result<void> write(std::string_view text);
    Result<void> flush();

private:
    const ByteSink& sink_;
    std::string buffer_;
};

}  // namespace starkeep::engine
