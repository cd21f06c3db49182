// SPDX-License-Identifier: Apache-2.0
#include "appliance/subjects.hpp"

#include "appliance/fields.hpp"
#include "appliance/records.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"
#include "source/open.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::appliance {

namespace {

constexpr std::array<std::string_view, 2> kAccountKinds = {"client-secret", "managed-identity"};
constexpr std::array<std::string_view, 3> kSourceKinds = {
    "postgres", "postgres-cluster", "cosmos-account"
};
constexpr std::array<std::string_view, 4> kCredentials = {
    "none", "sas-token", "connection-string", "managed-identity"
};

template <typename Enum, std::size_t Count>
Result<Enum> choose(
    const std::array<std::string_view, Count>& words, std::string_view text, std::string_view member
)
{
    std::string known;
    for (std::size_t i = 0; i < Count; ++i) {
        if (words.at(i) == text) {
            return static_cast<Enum>(i);
        }
        known += (i == 0 ? "" : ", ") + std::string(words.at(i));
    }
    return Error{
        ErrorCode::InvalidInput,
        std::string(member) + " \"" + std::string(text) + "\" is not known",
        "It is one of: " + known + "."
    };
}

template <typename Enum, std::size_t Count>
std::string word(const std::array<std::string_view, Count>& words, Enum value)
{
    return std::string(words.at(static_cast<std::size_t>(value)));
}

/// Moves a secret member out of `fields`, when it is there.
Result<void> take_secret(Fields& fields, std::string_view key, Secrets& secrets)
{
    TRY_LET(std::optional<std::string> text, fields.text(key));
    if (text) {
        if (text->empty()) {
            return Error{ErrorCode::InvalidInput, std::string(key) + " is empty"};
        }
        secrets.insert_or_assign(std::string(key), Secret(std::move(*text)));
    }
    return {};
}

/// A cluster or an account, by the resource type in its id.
std::optional<SourceKind> kind_of(std::string_view resource_id)
{
    if (resource_id.find("/Microsoft.DBforPostgreSQL/serverGroupsv2/") != std::string_view::npos) {
        return SourceKind::PostgresCluster;
    }
    if (resource_id.find("/Microsoft.DocumentDB/databaseAccounts/") != std::string_view::npos) {
        return SourceKind::CosmosAccount;
    }
    return std::nullopt;
}

Result<void> check_source(const Source& source)
{
    if (source.needs_worker()) {
        if (kind_of(source.resource_id) != source.kind) {
            return Error{
                ErrorCode::InvalidInput,
                "source.resource_id is no id of a " + word(kSourceKinds, source.kind),
                "Copy it from: starkeep source discover."
            };
        }
        if (source.account.empty()) {
            return Error{
                ErrorCode::InvalidInput,
                "source.account is missing",
                "A source in Azure needs the account through which it is managed."
            };
        }
        return {};
    }
    if (source.url.empty()) {
        return Error{
            ErrorCode::InvalidInput,
            "source has neither a url nor a resource_id",
            "Give postgresql://USER@HOST[:PORT][/DATABASE], or the id of a cluster or account."
        };
    }
    return {};
}

std::string or_empty(std::optional<std::string> text)
{
    return text.value_or(std::string());
}

}  // namespace

Result<Parsed> parse_account(const Json& body)
{
    TRY_LET(Fields fields, Fields::of(body, "account"));
    TRY_LET(const std::optional<std::string> kind_text, fields.text("kind"));
    TRY_LET(
        const AccountKind kind,
        choose<AccountKind>(kAccountKinds, kind_text.value_or("client-secret"), "account.kind")
    );
    Parsed parsed;
    TRY_LET(const std::string subscription, fields.required("subscription_id"));
    TRY_LET(const std::optional<std::string> tenant, fields.text("tenant_id"));
    TRY_LET(const std::optional<std::string> client, fields.text("client_id"));
    TRY(take_secret(fields, "client_secret", parsed.secrets));
    TRY(fields.finish());
    if (kind == AccountKind::ClientSecret &&
        (or_empty(tenant).empty() || or_empty(client).empty())) {
        return Error{
            ErrorCode::InvalidInput,
            "account.tenant_id and account.client_id are needed to sign in with a client secret",
            "Both are shown with the app registration; a managed identity needs neither."
        };
    }
    parsed.document = {
        {"kind", word(kAccountKinds, kind)},
        {"tenant_id", or_empty(tenant)},
        {"client_id", or_empty(client)},
        {"subscription_id", subscription}
    };
    return parsed;
}

Result<Account> read_account(const Json& document)
{
    Account account;
    TRY_LET(const std::string kind, json::get_string(document, "kind"));
    TRY_LET(account.kind, choose<AccountKind>(kAccountKinds, kind, "account.kind"));
    TRY_LET(account.tenant_id, json::get_string(document, "tenant_id"));
    TRY_LET(account.client_id, json::get_string(document, "client_id"));
    TRY_LET(account.subscription_id, json::get_string(document, "subscription_id"));
    return account;
}

Result<Parsed> parse_source(const Json& body)
{
    TRY_LET(Fields fields, Fields::of(body, "source"));
    Parsed parsed;
    Source source;
    TRY_LET(const std::optional<std::string> kind, fields.text("kind"));
    TRY_LET(const std::optional<std::string> url, fields.text("url"));
    TRY_LET(const std::optional<std::string> account, fields.text("account"));
    TRY_LET(const std::optional<std::string> resource, fields.text("resource_id"));
    TRY_LET(const std::optional<std::string> region, fields.text("region"));
    TRY_LET(const std::optional<bool> consent, fields.boolean("allow_endpoint"));
    TRY(take_secret(fields, "password", parsed.secrets));
    TRY(fields.finish());
    source.url = or_empty(url);
    source.account = or_empty(account);
    source.resource_id = or_empty(resource);
    source.region = or_empty(region);
    source.allow_endpoint = consent.value_or(false);
    source.kind = kind_of(source.resource_id).value_or(SourceKind::Postgres);
    if (kind) {
        TRY_LET(source.kind, choose<SourceKind>(kSourceKinds, *kind, "source.kind"));
    }
    TRY(check_source(source));
    if (!source.url.empty()) {
        if (source::has_password(source.url)) {
            return Error{
                ErrorCode::InvalidInput,
                "source.url holds a password",
                "Give it as password instead; then it is kept encrypted."
            };
        }
        TRY(source::url_without_password(source.url));
    }
    if (!source.account.empty()) {
        parsed.references.emplace_back("accounts", source.account);
    }
    parsed.document = {
        {"kind", word(kSourceKinds, source.kind)},
        {"url", source.url},
        {"account", source.account},
        {"resource_id", source.resource_id},
        {"region", source.region},
        {"allow_endpoint", source.allow_endpoint}
    };
    return parsed;
}

Result<Source> read_source(const Json& document)
{
    Source source;
    TRY_LET(const std::string kind, json::get_string(document, "kind"));
    TRY_LET(source.kind, choose<SourceKind>(kSourceKinds, kind, "source.kind"));
    TRY_LET(source.url, json::get_string(document, "url"));
    TRY_LET(source.account, json::get_string(document, "account"));
    TRY_LET(source.resource_id, json::get_string(document, "resource_id"));
    TRY_LET(source.region, json::get_string(document, "region"));
    TRY_LET(source.allow_endpoint, json::get_bool(document, "allow_endpoint"));
    return source;
}

Result<Parsed> parse_repository(const Json& body)
{
    TRY_LET(Fields fields, Fields::of(body, "repository"));
    Parsed parsed;
    TRY_LET(const std::string url, fields.required("url"));
    TRY_LET(const std::optional<std::string> credential, fields.text("credential"));
    TRY_LET(const std::optional<std::string> resource, fields.text("resource_id"));
    TRY(take_secret(fields, "password", parsed.secrets));
    TRY(take_secret(fields, "storage_secret", parsed.secrets));
    TRY(fields.finish());
    if (url.find("://") == std::string::npos) {
        return Error{
            ErrorCode::InvalidInput,
            "repository.url \"" + url + "\" is no URL",
            "Give file:///dir or azblob://ACCOUNT/CONTAINER[/PREFIX]."
        };
    }
    TRY_LET(
        const StoreCredential chosen,
        choose<StoreCredential>(kCredentials, credential.value_or("none"), "repository.credential")
    );
    parsed.document = {
        {"url", url},
        {"credential", word(kCredentials, chosen)},
        {"resource_id", or_empty(resource)}
    };
    return parsed;
}

Result<RepositoryPlace> read_repository(const Json& document)
{
    RepositoryPlace place;
    TRY_LET(place.url, json::get_string(document, "url"));
    TRY_LET(const std::string credential, json::get_string(document, "credential"));
    TRY_LET(
        place.credential, choose<StoreCredential>(kCredentials, credential, "repository.credential")
    );
    TRY_LET(place.resource_id, json::get_string(document, "resource_id"));
    return place;
}

}  // namespace starkeep::appliance
