// SPDX-License-Identifier: Apache-2.0
// What all nouns of an appliance have alike: list, show and delete, printed as tables and lines.
#pragma once

#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/context.hpp"
#include "json/json.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::cli {

struct NounColumn {
    const char* title;
    const char* member;
};

struct NounWords {
    const char* noun;  ///< "account"
    const char* path;  ///< "accounts"
    const char* description;
    std::vector<NounColumn> columns;
};

/// The noun with `list`, `show NAME` and `delete NAME`; its other verbs are added to what is returned.
CLI::App* add_noun(CLI::App& app, Context& context, const NounWords& words);

/// A verb that talks to the appliance: `act` gets an open client.
void on_appliance(
    CLI::App& command, Context& context, std::function<Result<Outcome>(const ApplianceClient&)> act
);

/// One value as a cell or line.
std::string shown(const Json& value);
/// A document as JSON, or as lines "member  value".
void print_document(const Context& context, const Json& document);
/// The items of a list as a JSON array, or as a table.
void print_items(const Context& context, const Json& items, const std::vector<NounColumn>& columns);

/// Sets `document[key]` unless the text is empty.
void set_given(Json& document, const char* key, const std::string& text);
/// The one line of a file that holds a secret, as `document[key]`, unless no file is given.
Result<void> set_from_file(Json& document, const char* key, const std::string& file);

}  // namespace starkeep::cli
