// SPDX-License-Identifier: Apache-2.0
#include "cli/usage_error.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/open.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::cli {

namespace {

/// Letters to add, drop, exchange or swap with a neighbour until one word is the other.
std::size_t distance(std::string_view one, std::string_view other)
{
    std::vector<std::vector<std::size_t>> cost(
        one.size() + 1, std::vector<std::size_t>(other.size() + 1)
    );
    for (std::size_t i = 0; i <= one.size(); ++i) {
        for (std::size_t k = 0; k <= other.size(); ++k) {
            if (i == 0 || k == 0) {
                cost[i][k] = i + k;
                continue;
            }
            const std::size_t differs = one[i - 1] == other[k - 1] ? 0 : 1;
            cost[i][k] =
                std::min({cost[i - 1][k] + 1, cost[i][k - 1] + 1, cost[i - 1][k - 1] + differs});
            if (i > 1 && k > 1 && one[i - 1] == other[k - 2] && one[i - 2] == other[k - 1]) {
                cost[i][k] = std::min(cost[i][k], cost[i - 2][k - 2] + 1);
            }
        }
    }
    return cost[one.size()][other.size()];
}

/// The verb that was parsed last, or the program itself, and all above it: their options are good here as well.
std::vector<const CLI::App*> chain(const CLI::App& app)
{
    std::vector<const CLI::App*> apps{&app};
    for (auto chosen = app.get_subcommands(); !chosen.empty();
         chosen = apps.back()->get_subcommands()) {
        apps.push_back(chosen.back());
    }
    return apps;
}

std::vector<std::string> verbs_of(const CLI::App& app)
{
    std::vector<std::string> names;
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(verb->get_name());
    }
    return names;
}

std::vector<std::string> options_of(const std::vector<const CLI::App*>& apps)
{
    std::vector<std::string> names;
    for (const CLI::App* app : apps) {
        for (const CLI::Option* option : app->get_options()) {
            for (const std::string& name : option->get_lnames()) {
                names.push_back("--" + name);
            }
        }
    }
    return names;
}

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const std::string& word : words) {
        out += (out.empty() ? "" : ", ") + word;
    }
    return out;
}

/// A URL may hold a password, which is not for the screen.
std::string shown(const std::string& text)
{
    if (!source::has_password(text)) {
        return text;
    }
    const Result<std::string> url = source::url_without_password(text);
    return url.ok() ? *url : "a URL with a password";
}

/// The parser's own text as our messages are: without a capital, on one line.
std::string in_our_form(std::string text)
{
    text.erase(text.find_last_not_of(" \n.") + 1);
    std::ranges::replace(text, '\n', ' ');
    if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    }
    std::string out;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        out += (begin == 0 ? "" : " ") + shown(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

Error unexpected(const std::string& text, const std::vector<const CLI::App*>& apps)
{
    const std::vector<std::string> verbs = verbs_of(*apps.back());
    const std::string option = text.substr(0, text.find('='));
    if (text.starts_with('-')) {
        return {
            ErrorCode::InvalidInput,
            "there is no option " + option,
            nearest(option, options_of(apps))
        };
    }
    if (!verbs.empty()) {
        return {
            ErrorCode::InvalidInput,
            "there is no verb \"" + shown(text) + "\"",
            nearest(text, verbs)
        };
    }
    return {ErrorCode::InvalidInput, "\"" + shown(text) + "\" is one word too many", std::string()};
}

}  // namespace

std::string nearest(std::string_view typed, const std::vector<std::string>& known)
{
    if (known.empty()) {
        return {};
    }
    const auto best = std::ranges::min_element(known, {}, [&](const std::string& word) {
        return distance(typed, word);
    });
    const bool begins = typed.size() > 2 && best->starts_with(typed);
    const bool near = distance(typed, *best) <= std::max<std::size_t>(1, best->size() / 3);
    return begins || near ? "Did you mean " + *best + "?" : std::string();
}

std::string none_of(const std::string& text, const std::vector<std::string>& known)
{
    const std::string near = nearest(text, known);
    return fmt::format(
        "\"{}\" is none of {}{}", text, joined(known), near.empty() ? "" : "\n" + near
    );
}

Error usage_error(const CLI::App& app, const CLI::ParseError& failure)
{
    const std::vector<const CLI::App*> apps = chain(app);
    std::string command;
    for (const CLI::App* part : apps) {
        command += part->get_name() + " ";
    }
    const std::vector<std::string> rest = app.remaining(true);
    const std::vector<std::string> verbs = verbs_of(*apps.back());
    Error error{ErrorCode::InvalidInput, {}};
    if (!rest.empty()) {
        // What was not understood explains what is missing: a mistyped option does not arrive.
        error = unexpected(rest.front(), apps);
    } else if (!verbs.empty()) {
        error = {ErrorCode::InvalidInput, "no verb is given", "There are: " + joined(verbs) + "."};
    } else {
        const std::string text = failure.what();
        const std::size_t line = text.find("\nDid you mean");
        error = {
            ErrorCode::InvalidInput,
            in_our_form(text.substr(0, line)),
            line == std::string::npos ? std::string() : text.substr(line + 1)
        };
    }
    return std::move(error).with_hint("Everything it takes: " + command + "--help.");
}

}  // namespace starkeep::cli
