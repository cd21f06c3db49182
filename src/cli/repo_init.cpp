// SPDX-License-Identifier: Apache-2.0
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/repository_access.hpp"
#include "json/json.hpp"
#include "repository/repository.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace starkeep::cli {

namespace {

Result<Outcome> init(const Context& context)
{
    TRY_LET(const Secret password, repository_password(context));
    TRY_LET(
        const std::unique_ptr<store::Store> store, open_store(context, store::OpenMode::MayCreate)
    );
    TRY_LET(const RepositoryId id, repository::Repository::create(*store, password));
    if (context.json) {
        print_json(Json{{"repository", id.hex()}, {"url", store->url()}});
    } else {
        print("made repository " + id.hex() + " at " + store->url());
        print("Without its password nobody can read it, you included: keep the password safe, away "
              "from it.");
    }
    return Outcome::Done;
}

}  // namespace

void add_repo_init(CLI::App& repo, Context& context)
{
    CLI::App* command = add_command(repo, "init", "Make a repository in an empty or new place");
    command->add_option("URL", context.repository_url, "Where");
    command->callback([&context] {
        context.command = [&context] {
            return init(context);
        };
    });
}

}  // namespace starkeep::cli
