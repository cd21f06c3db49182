// SPDX-License-Identifier: Apache-2.0
#include "api/route.hpp"
#include "appliance/appliance.hpp"
#include "appliance/catalog.hpp"
#include "appliance/fields.hpp"
#include "appliance/records.hpp"
#include "appliance/users.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::api {

namespace {

using appliance::Noun;
using appliance::Record;
using appliance::Role;

Json to_json(const Record& record)
{
    Json document = {{"name", record.name}};
    document.update(record.document);
    document["created"] = record.created;
    document["changed"] = record.changed;
    document["has_secrets"] = record.has_secrets;
    return document;
}

/// Takes the name out of the body.
Result<std::string> take_name(Json& body)
{
    const Result<std::string> name = json::get_string(body, "name");
    if (!name.ok()) {
        return Error{ErrorCode::InvalidInput, "the body has no name"};
    }
    body.erase("name");
    return *name;
}

template <Noun kNoun>
Result<Answer> list(Call& call)
{
    TRY_LET(const std::vector<Record> records, call.appliance.catalog().list(kNoun));
    Json items = Json::array();
    for (const Record& record : records) {
        items.push_back(to_json(record));
    }
    return Answer{.body = {{"items", items}}};
}

template <Noun kNoun>
Result<Answer> get(Call& call)
{
    TRY_LET(const Record record, call.appliance.catalog().get(kNoun, call.path.at("name")));
    return Answer{.body = to_json(record)};
}

template <Noun kNoun>
Result<Answer> create(Call& call)
{
    TRY_LET(const std::string name, take_name(call.body));
    TRY_LET(const Record record, call.appliance.catalog().create(kNoun, name, call.body));
    return Answer{.status = 201, .body = to_json(record)};
}

template <Noun kNoun>
Result<Answer> update(Call& call)
{
    TRY_LET(
        const Record record, call.appliance.catalog().update(kNoun, call.path.at("name"), call.body)
    );
    return Answer{.body = to_json(record)};
}

template <Noun kNoun>
Result<Answer> remove(Call& call)
{
    TRY(call.appliance.catalog().remove(kNoun, call.path.at("name")));
    return Answer{.status = 204};
}

/// Registered only when it can be opened, or made.
Result<Answer> create_repository(Call& call)
{
    const auto given = call.body.find("init");
    const bool init = given != call.body.end() && *given == true;
    call.body.erase("init");
    TRY_LET(const std::string name, take_name(call.body));
    TRY_LET(
        const Record record, call.appliance.catalog().create(Noun::Repository, name, call.body)
    );
    Result<void> usable = init ? call.appliance.repositories().create(name) : Result<void>();
    if (usable.ok()) {
        if (auto opened = call.appliance.repositories().open(name); !opened.ok()) {
            usable = std::move(opened).error();
        }
    }
    if (!usable.ok()) {
        TRY(call.appliance.catalog().remove(Noun::Repository, name));
        return std::move(usable).error();
    }
    return Answer{.status = 201, .body = to_json(record)};
}

Result<Answer> check_policy(Call& call)
{
    TRY_LET(const std::string name, take_name(call.body));
    TRY_LET(
        const appliance::Parsed parsed, call.appliance.catalog().check(Noun::Policy, call.body)
    );
    Json document = {{"name", name}};
    document.update(parsed.document);
    return Answer{.body = document};
}

Result<Answer> run_policy(Call& call)
{
    TRY_LET(appliance::Fields fields, appliance::Fields::of(call.body, "run"));
    TRY_LET(const std::optional<std::string> source, fields.text("source"));
    TRY(fields.finish());
    TRY_LET(
        const std::string id,
        call.appliance.run_policy(call.path.at("name"), source.value_or(""), call.caller.user)
    );
    return Answer{.status = 202, .body = {{"id", id}}};
}

struct Names {
    std::string_view path;
    std::string_view item_path;
    std::string_view list_id;
    std::string_view show_id;
    std::string_view create_id;
    std::string_view update_id;
    std::string_view delete_id;
    std::string_view one;
    std::string_view many;
    std::string_view input;
    std::string_view changes;
};

template <Noun kNoun>
void add_noun(std::vector<Route>& routes, const Names& names, Role changer, Handler creator)
{
    routes.push_back(
        {.method = "GET",
         .path = names.path,
         .id = names.list_id,
         .summary = "All, by name",
         .role = Role::Viewer,
         .response = names.many,
         .handle = list<kNoun>}
    );
    routes.push_back(
        {.method = "POST",
         .path = names.path,
         .id = names.create_id,
         .summary = "Register one",
         .role = changer,
         .request = names.input,
         .response = names.one,
         .status = 201,
         .handle = creator}
    );
    routes.push_back(
        {.method = "GET",
         .path = names.item_path,
         .id = names.show_id,
         .summary = "One of them",
         .role = Role::Viewer,
         .response = names.one,
         .handle = get<kNoun>}
    );
    routes.push_back(
        {.method = "PATCH",
         .path = names.item_path,
         .id = names.update_id,
         .summary = "Change members; secrets that are not given stay",
         .role = changer,
         .request = names.changes,
         .response = names.one,
         .handle = update<kNoun>}
    );
    routes.push_back(
        {.method = "DELETE",
         .path = names.item_path,
         .id = names.delete_id,
         .summary = "Forget it; what it names stays untouched",
         .role = changer,
         .status = 204,
         .handle = remove<kNoun>}
    );
}

constexpr Names kAccounts = {
    "/api/v1/accounts",
    "/api/v1/accounts/{name}",
    "account_list",
    "account_show",
    "account_create",
    "account_update",
    "account_delete",
    "Account",
    "Accounts",
    "AccountInput",
    "AccountChanges"
};
constexpr Names kSources = {
    "/api/v1/sources",
    "/api/v1/sources/{name}",
    "source_list",
    "source_show",
    "source_create",
    "source_update",
    "source_delete",
    "Source",
    "Sources",
    "SourceInput",
    "SourceChanges"
};
constexpr Names kRepositories = {
    "/api/v1/repositories",
    "/api/v1/repositories/{name}",
    "repository_list",
    "repository_show",
    "repository_create",
    "repository_update",
    "repository_delete",
    "Repository",
    "Repositories",
    "RepositoryInput",
    "RepositoryChanges"
};
constexpr Names kPolicies = {
    "/api/v1/policies",
    "/api/v1/policies/{name}",
    "policy_list",
    "policy_show",
    "policy_create",
    "policy_update",
    "policy_delete",
    "Policy",
    "Policies",
    "PolicyInput",
    "PolicyChanges"
};

}  // namespace

std::vector<Route> catalog_routes()
{
    std::vector<Route> routes;
    add_noun<Noun::Account>(routes, kAccounts, Role::Administrator, create<Noun::Account>);
    add_noun<Noun::Source>(routes, kSources, Role::Operator, create<Noun::Source>);
    add_noun<Noun::Repository>(routes, kRepositories, Role::Administrator, create_repository);
    add_noun<Noun::Policy>(routes, kPolicies, Role::Operator, create<Noun::Policy>);
    routes.push_back(
        {.method = "POST",
         .path = "/api/v1/policy-check",
         .id = "policy_check",
         .summary = "What policy_create would store, without storing it",
         .role = Role::Viewer,
         .request = "PolicyInput",
         .response = "PolicyMembers",
         .handle = check_policy}
    );
    routes.push_back(
        {.method = "POST",
         .path = "/api/v1/policies/{name}/run",
         .id = "policy_run",
         .summary = "Begin a session",
         .role = Role::Operator,
         .request = "PolicyRun",
         .response = "SessionBegun",
         .status = 202,
         .handle = run_policy}
    );
    return routes;
}

}  // namespace starkeep::api
