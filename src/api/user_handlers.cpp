// SPDX-License-Identifier: Apache-2.0
#include "api/route.hpp"
#include "appliance/appliance.hpp"
#include "appliance/fields.hpp"
#include "appliance/users.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::api {

namespace {

using appliance::AccessToken;
using appliance::Fields;
using appliance::NewToken;
using appliance::Role;
using appliance::User;

/// Ten years.
constexpr std::uint64_t kLongestLifetime = std::uint64_t{10} * 366 * 24 * 3600;

Json to_json(const User& user)
{
    return {{"name", user.name}, {"role", std::string(name(user.role))}, {"created", user.created}};
}

Json to_json(const AccessToken& token)
{
    return {
        {"id", token.id},
        {"user", token.user},
        {"label", token.label},
        {"created", token.created},
        {"expires", token.expires.empty() ? Json() : Json(token.expires)}
    };
}

/// The only time when the token itself is seen.
Answer shown_once(const NewToken& made)
{
    Json document = to_json(made.token);
    document["token"] = std::string(made.text.reveal());
    return {.status = 201, .body = document};
}

Result<Answer> me(Call& call)
{
    return Answer{
        .body =
            {{"user", call.caller.user},
             {"role", std::string(name(call.caller.role))},
             {"token_id", call.caller.token_id}}
    };
}

Result<Answer> first_administrator(Call& call)
{
    TRY_LET(Fields fields, Fields::of(call.body, "body"));
    TRY_LET(const std::string token, fields.required("token"));
    TRY_LET(const std::string user, fields.required("name"));
    TRY(fields.finish());
    TRY_LET(const NewToken made, call.appliance.users().create_first_administrator(token, user));
    return shown_once(made);
}

Result<Answer> list_users(Call& call)
{
    TRY_LET(const std::vector<User> users, call.appliance.users().list());
    Json items = Json::array();
    for (const User& user : users) {
        items.push_back(to_json(user));
    }
    return Answer{.body = {{"items", items}}};
}

Result<Answer> show_user(Call& call)
{
    TRY_LET(const User user, call.appliance.users().get(call.path.at("name")));
    return Answer{.body = to_json(user)};
}

Result<Role> role_in(Fields& fields)
{
    TRY_LET(const std::string text, fields.required("role"));
    return appliance::parse_role(text);
}

Result<Answer> create_user(Call& call)
{
    TRY_LET(Fields fields, Fields::of(call.body, "user"));
    TRY_LET(const std::string user, fields.required("name"));
    TRY_LET(const Role role, role_in(fields));
    TRY(fields.finish());
    TRY(call.appliance.users().create(user, role));
    TRY_LET(const User made, call.appliance.users().get(user));
    return Answer{.status = 201, .body = to_json(made)};
}

Result<Answer> update_user(Call& call)
{
    TRY_LET(Fields fields, Fields::of(call.body, "user"));
    TRY_LET(const Role role, role_in(fields));
    TRY(fields.finish());
    TRY(call.appliance.users().set_role(call.path.at("name"), role));
    return show_user(call);
}

Result<Answer> remove_user(Call& call)
{
    TRY(call.appliance.users().remove(call.path.at("name")));
    return Answer{.status = 204};
}

Result<Answer> list_tokens(Call& call)
{
    TRY_LET(const std::vector<AccessToken> tokens, call.appliance.users().tokens());
    Json items = Json::array();
    for (const AccessToken& token : tokens) {
        if (call.caller.role == Role::Administrator || token.user == call.caller.user) {
            items.push_back(to_json(token));
        }
    }
    return Answer{.body = {{"items", items}}};
}

Error only_own()
{
    return {ErrorCode::Denied, "only an administrator manages other users' access tokens"};
}

Result<Answer> create_token(Call& call)
{
    TRY_LET(Fields fields, Fields::of(call.body, "token"));
    TRY_LET(const std::optional<std::string> user, fields.text("user"));
    TRY_LET(const std::optional<std::string> label, fields.text("label"));
    TRY_LET(
        const std::optional<std::uint64_t> lifetime, fields.number("lifetime_s", kLongestLifetime)
    );
    TRY(fields.finish());
    const std::string& owner = user ? *user : call.caller.user;
    if (owner != call.caller.user && call.caller.role != Role::Administrator) {
        return only_own();
    }
    TRY_LET(
        const NewToken made,
        call.appliance.users().create_token(
            owner,
            label.value_or(""),
            lifetime ? std::optional(std::chrono::seconds(*lifetime)) : std::nullopt
        )
    );
    return shown_once(made);
}

Result<Answer> remove_token(Call& call)
{
    const std::string& id = call.path.at("id");
    if (call.caller.role != Role::Administrator) {
        TRY_LET(const std::vector<AccessToken> tokens, call.appliance.users().tokens());
        for (const AccessToken& token : tokens) {
            if (token.id == id && token.user != call.caller.user) {
                return only_own();
            }
        }
    }
    TRY(call.appliance.users().remove_token(id));
    return Answer{.status = 204};
}

}  // namespace

std::vector<Route> user_routes()
{
    return {
        {.method = "GET",
         .path = "/api/v1/me",
         .id = "me",
         .summary = "Whose access token this is",
         .role = Role::Viewer,
         .response = "Me",
         .handle = me},
        {.method = "POST",
         .path = "/api/v1/first-administrator",
         .id = "first_administrator",
         .summary = "Use the one-time token of the first start",
         .request = "FirstInput",
         .response = "NewToken",
         .status = 201,
         .handle = first_administrator},
        {.method = "GET",
         .path = "/api/v1/users",
         .id = "user_list",
         .summary = "All, by name",
         .role = Role::Viewer,
         .response = "Users",
         .handle = list_users},
        {.method = "POST",
         .path = "/api/v1/users",
         .id = "user_create",
         .summary = "Add one",
         .role = Role::Administrator,
         .request = "UserInput",
         .response = "User",
         .status = 201,
         .handle = create_user},
        {.method = "GET",
         .path = "/api/v1/users/{name}",
         .id = "user_show",
         .summary = "One of them",
         .role = Role::Viewer,
         .response = "User",
         .handle = show_user},
        {.method = "PATCH",
         .path = "/api/v1/users/{name}",
         .id = "user_update",
         .summary = "Change the role",
         .role = Role::Administrator,
         .request = "RoleInput",
         .response = "User",
         .handle = update_user},
        {.method = "DELETE",
         .path = "/api/v1/users/{name}",
         .id = "user_delete",
         .summary = "Remove, with all access tokens",
         .role = Role::Administrator,
         .status = 204,
         .handle = remove_user},
        {.method = "GET",
         .path = "/api/v1/tokens",
         .id = "token_list",
         .summary = "One's own; an administrator sees all",
         .role = Role::Viewer,
         .response = "Tokens",
         .handle = list_tokens},
        {.method = "POST",
         .path = "/api/v1/tokens",
         .id = "token_create",
         .summary = "Make one; it is shown this once",
         .role = Role::Viewer,
         .request = "TokenInput",
         .response = "NewToken",
         .status = 201,
         .handle = create_token},
        {.method = "DELETE",
         .path = "/api/v1/tokens/{id}",
         .id = "token_delete",
         .summary = "End one",
         .role = Role::Viewer,
         .status = 204,
         .handle = remove_token},
    };
}

}  // namespace starkeep::api
