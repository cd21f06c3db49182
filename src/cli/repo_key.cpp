// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/repository_access.hpp"
#include "json/json.hpp"
#include "repository/repository.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace starkeep::cli {

namespace {

struct KeyOptions {
    std::string new_password_file;
    std::string label;
    std::vector<std::string> url_and_key;
};

Result<Outcome> list(const Context& context)
{
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(const std::vector<repository::KeyInfo> keys, opened.repository->keys());
    Json document = Json::array();
    Table table({{.title = "ID"}, {.title = "CREATED"}, {.title = "LABEL"}, {.title = ""}});
    for (const repository::KeyInfo& key : keys) {
        document.push_back(
            {{"id", key.id.hex()},
             {"created", key.created},
             {"label", key.label},
             {"current", key.current}}
        );
        table.add({key.id.hex(), key.created, key.label, key.current ? "this password" : ""});
    }
    if (context.json) {
        print_json(document);
    } else {
        table.print();
    }
    return Outcome::Done;
}

Result<Outcome> add(const Context& context, const KeyOptions& options)
{
    TRY_LET(const Secret password, read_password(options.new_password_file));
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(const KeySlotId slot, opened.repository->add_key(password, options.label));
    if (context.json) {
        print_json(Json{{"id", slot.hex()}});
    } else {
        print("added key " + slot.hex());
    }
    return Outcome::Done;
}

/// Shorter beginnings of an id are typing mistakes more often than choices.
constexpr std::size_t kShortestPrefix = 4;

/// Errors: NotFound; InvalidInput when several begin with `prefix`.
Result<repository::KeyInfo>
find_slot(const repository::Repository& repository, const std::string& prefix)
{
    TRY_LET(const std::vector<repository::KeyInfo> keys, repository.keys());
    std::vector<repository::KeyInfo> fitting;
    for (const repository::KeyInfo& key : keys) {
        if (prefix.size() >= kShortestPrefix && key.id.hex().starts_with(prefix)) {
            fitting.push_back(key);
        }
    }
    if (fitting.empty()) {
        return Error{
            ErrorCode::NotFound,
            "no key \"" + prefix + "\"",
            "A key is an id or a unique beginning of one, of 4 digits or more; list them with: "
            "starkeep repo key list."
        };
    }
    if (fitting.size() > 1) {
        return Error{
            ErrorCode::InvalidInput,
            "several keys begin with \"" + prefix + "\"",
            "Give more digits of the id."
        };
    }
    return fitting.front();
}

Result<Outcome> remove(const Context& context, const KeyOptions& options)
{
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(
        const repository::KeyInfo slot, find_slot(*opened.repository, options.url_and_key.back())
    );
    TRY(opened.repository->remove_key(slot.id));
    if (slot.current) {
        warn("this was the key of the password in use: that password opens the repository no more");
    }
    if (context.json) {
        print_json(Json{{"removed", slot.id.hex()}, {"current", slot.current}});
    } else {
        print(
            "removed key " + slot.id.hex() +
            "; whoever copied it before can still open what was there then"
        );
    }
    return Outcome::Done;
}

}  // namespace

void add_repo_key(CLI::App& repo, Context& context)
{
    CLI::App* key = add_command(repo, "key", "Passwords that open the repository");
    key->require_subcommand(1);
    const auto options = std::make_shared<KeyOptions>();

    CLI::App* lister = add_command(*key, "list", "Show the key slots");
    lister->add_option("URL", context.repository_url, "The repository");
    lister->callback([&context] {
        context.command = [&context] {
            return list(context);
        };
    });

    CLI::App* adder = add_command(*key, "add", "Let one more password open the repository");
    adder->add_option("URL", context.repository_url, "The repository");
    adder
        ->add_option(
            "--new-password-file", options->new_password_file, "File with the new password"
        )
        ->required();
    adder->add_option("--label", options->label, "Whose it is, at most 36 bytes")
        ->check(CLI::Validator(
            [](const std::string& text) {
                return text.size() > 36 ? "longer than 36 bytes" : std::string();
            },
            "TEXT"
        ));
    adder->callback([&context, options] {
        context.command = [&context, options] {
            return add(context, *options);
        };
    });

    CLI::App* remover = add_command(
        *key,
        "remove",
        "Take a password's access away; the last key cannot be removed. The one of the "
        "password in use can, with a warning"
    );
    // [URL] KEY: with --repo or STARKEEP_REPO the key alone is enough.
    remover
        ->add_option(
            "URL_AND_KEY",
            options->url_and_key,
            "The repository, unless --repo names it; then the key: its id or a unique beginning of "
            "it, as repo key list shows"
        )
        ->required()
        ->expected(1, 2);
    remover->callback([&context, options] {
        if (options->url_and_key.size() == 2) {
            context.repository_url = options->url_and_key.front();
        }
        context.command = [&context, options] {
            return remove(context, *options);
        };
    });
}

}  // namespace starkeep::cli
