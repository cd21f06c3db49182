// SPDX-License-Identifier: Apache-2.0
// Wrong usage in the same words and form as every other error, with the nearest right spelling.
#pragma once

#include "base/error.hpp"

#include <CLI/CLI.hpp>

#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace starkeep::cli {

/// "did you mean X?" when one of `known` is so near to `typed` that a slip is likely; otherwise empty.
std::string nearest(std::string_view typed, const std::vector<std::string>& known);

/// What is wrong with a command line that `app` could not parse.
Error usage_error(const CLI::App& app, const CLI::ParseError& failure);

/// "text" is none of the `known` words, with the nearest one.
std::string none_of(const std::string& text, const std::vector<std::string>& known);

/// Turns one of the words of `choices` into its value.
template <typename Value>
CLI::Validator one_of(const std::map<std::string, Value>& choices)
{
    return {
        [choices](std::string& text) -> std::string {
            if (const auto found = choices.find(text); found != choices.end()) {
                text = std::to_string(static_cast<std::underlying_type_t<Value>>(found->second));
                return {};
            }
            std::vector<std::string> known;
            for (const auto& [word, value] : choices) {
                known.push_back(word);
            }
            return none_of(text, known);
        },
        std::string()
    };
}

}  // namespace starkeep::cli
