// SPDX-License-Identifier: Apache-2.0
// The one kind of failure that crosses function borders: a code to branch on, a text for a person.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep {

enum class ErrorCode : std::uint8_t {
#define ERROR_CODE(name, exit_status, meaning) name,
#include "base/error_codes.def"
#undef ERROR_CODE
};

/// Spelling as in the enum, for messages and JSON.
std::string_view name(ErrorCode code);

/// Process exit status that the public contract gives to this failure.
int exit_status(ErrorCode code);

/// A failure on its way to whoever can act on it. Classified once, where the foreign fact appears; code above
/// branches on `code()` only, never on the text.
class [[nodiscard]] Error {
public:
    /// `message`: lower case, no period, names the object. `hint`: full sentences, best one, or empty.
    Error(ErrorCode code, std::string message, std::string hint = {})
        : code_(code), message_(std::move(message)), hint_(std::move(hint))
    {
    }

    ErrorCode code() const { return code_; }
    const std::string& message() const { return message_; }
    const std::string& hint() const { return hint_; }

    /// Adds what was being done, outermost last: `during("reading pack 3f2a")`.
    Error during(std::string what) &&
    {
        frames_.push_back(std::move(what));
        return std::move(*this);
    }

    /// Adds a sentence to what the hint says already.
    Error with_hint(const std::string& sentence) &&
    {
        hint_ += (hint_.empty() ? "" : " ") + sentence;
        return std::move(*this);
    }

    /// "outer: inner: message"
    std::string account() const;
    /// The account, then the hint on a line of its own when there is one.
    std::string text() const;

private:
    ErrorCode code_;
    std::string message_;
    std::string hint_;
    std::vector<std::string> frames_;
};

/// Several failures as one, for what fails for several reasons: the code of the first, the texts of all in their order,
/// each hint once. At least one.
Error combined(std::vector<Error> errors);

}  // namespace starkeep
