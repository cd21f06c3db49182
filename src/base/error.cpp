// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include "base/contract.hpp"

#include <array>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>

namespace starkeep {

namespace {

struct Row {
    std::string_view name;
    int exit_status = 0;
};

/// In the enumerators' order: both come from the same table.
constexpr std::array kRows{
#define ERROR_CODE(name, exit_status, meaning) Row{#name, exit_status},
#include "base/error_codes.def"
#undef ERROR_CODE
};

const Row& row(ErrorCode code)
{
    const auto index = static_cast<std::size_t>(code);
    ENSURE(index < kRows.size());
    return kRows[index];
}

}  // namespace

std::string_view name(ErrorCode code)
{
    return row(code).name;
}

int exit_status(ErrorCode code)
{
    return row(code).exit_status;
}

std::string Error::text() const
{
    std::string out;
    for (const std::string& frame : frames_ | std::views::reverse) {
        out += frame + ": ";
    }
    out += message_;
    if (!hint_.empty()) {
        out += "\n" + hint_;
    }
    return out;
}

}  // namespace starkeep
