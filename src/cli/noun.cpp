// SPDX-License-Identifier: Apache-2.0
#include "cli/noun.hpp"

#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/appliance_client.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/repository_access.hpp"
#include "json/json.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::cli {

std::string shown(const Json& value)
{
    if (value.is_string()) {
        return value.get_ref<const std::string&>();
    }
    if (value.is_boolean()) {
        return value.get<bool>() ? "yes" : "no";
    }
    if (value.is_null()) {
        return "-";
    }
    if (value.is_array()) {
        std::string joined;
        for (const Json& element : value) {
            joined += (joined.empty() ? "" : ", ") + shown(element);
        }
        return joined;
    }
    return json::format(value);
}

void print_document(const Context& context, const Json& document)
{
    if (context.json) {
        print_json(document);
        return;
    }
    std::size_t width = 0;
    for (const auto& [key, value] : document.items()) {
        width = std::max(width, key.size());
    }
    for (const auto& [key, value] : document.items()) {
        print(fmt::format("{:<{}}  {}", key, width, shown(value)));
    }
}

void print_items(const Context& context, const Json& items, const std::vector<NounColumn>& columns)
{
    if (context.json) {
        print_json(items);
        return;
    }
    std::vector<Table::Column> titles;
    for (const NounColumn& column : columns) {
        titles.push_back({.title = column.title});
    }
    Table table(std::move(titles));
    for (const Json& item : items) {
        std::vector<std::string> cells;
        for (const NounColumn& column : columns) {
            cells.push_back(item.contains(column.member) ? shown(item[column.member]) : "-");
        }
        table.add(std::move(cells));
    }
    table.print();
}

void on_appliance(
    CLI::App& command, Context& context, std::function<Result<Outcome>(const ApplianceClient&)> act
)
{
    command.callback([&context, act = std::move(act)] {
        context.command = [&context, act]() -> Result<Outcome> {
            TRY_LET(const ApplianceClient client, ApplianceClient::open(context));
            return act(client);
        };
    });
}

CLI::App* add_noun(CLI::App& app, Context& context, const NounWords& words)
{
    CLI::App* noun = add_command(app, words.noun, words.description);
    noun->require_subcommand(1);
    const std::string path = words.path;
    CLI::App* list = add_command(*noun, "list", "All of them");
    on_appliance(
        *list,
        context,
        [&context, path, columns = words.columns](const ApplianceClient& client
        ) -> Result<Outcome> {
            TRY_LET(const Json answer, client.get(path));
            print_items(context, answer["items"], columns);
            return Outcome::Done;
        }
    );
    const auto name = std::make_shared<std::string>();
    CLI::App* show = add_command(*noun, "show", "One of them");
    show->add_option("NAME", *name, "Which")->required();
    on_appliance(
        *show,
        context,
        [&context, path, name](const ApplianceClient& client) -> Result<Outcome> {
            TRY_LET(const Json answer, client.get(path + "/" + encoded(*name)));
            print_document(context, answer);
            return Outcome::Done;
        }
    );
    CLI::App* remove = add_command(*noun, "delete", "Forget one");
    remove->add_option("NAME", *name, "Which")->required();
    on_appliance(
        *remove,
        context,
        [&context, path, name](const ApplianceClient& client) -> Result<Outcome> {
            TRY(client.remove(path + "/" + encoded(*name)));
            print_document(context, {{"deleted", *name}});
            return Outcome::Done;
        }
    );
    return noun;
}

void set_given(Json& document, const char* key, const std::string& text)
{
    if (!text.empty()) {
        document[key] = text;
    }
}

Result<void> set_from_file(Json& document, const char* key, const std::string& file)
{
    if (!file.empty()) {
        TRY_LET(const Secret secret, read_password(file));
        document[key] = std::string(secret.reveal());
    }
    return {};
}

}  // namespace starkeep::cli
