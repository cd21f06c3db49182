// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include "base/contract.hpp"

#include <array>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

Error combined(std::vector<Error> errors)
{
    ENSURE(!errors.empty());
    if (errors.size() == 1) {
        return std::move(errors.front());
    }
    std::string message = std::to_string(errors.size()) + " things stand in the way";
    std::string hint;
    for (const Error& error : errors) {
        message += (&error == &errors.front() ? ": " : "; ") + error.account();
        if (hint.find(error.hint()) == std::string::npos) {
            hint += (hint.empty() ? "" : " ") + error.hint();
        }
    }
    return {errors.front().code(), std::move(message), std::move(hint)};
}

std::string Error::account() const
{
    std::string out;
    for (const std::string& frame : frames_ | std::views::reverse) {
        out += frame + ": ";
    }
    return out + message_;
}

std::string Error::text() const
{
    return account() + (hint_.empty() ? std::string() : "\n" + hint_);
}

}  // namespace starkeep
