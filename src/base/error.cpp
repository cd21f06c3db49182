// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include "base/contract.hpp"

#include <ranges>
#include <string>
#include <string_view>

namespace starkeep {

std::string_view name(ErrorCode code)
{
    switch (code) {
#define ERROR_CODE(name, exit_status, meaning)                                                     \
    case ErrorCode::name:                                                                          \
        return #name;
#include "base/error_codes.def"
#undef ERROR_CODE
    }
    ENSURE(false);
}

int exit_status(ErrorCode code)
{
    switch (code) {
#define ERROR_CODE(name, exit_status, meaning)                                                     \
    case ErrorCode::name:                                                                          \
        return exit_status;
#include "base/error_codes.def"
#undef ERROR_CODE
    }
    ENSURE(false);
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
