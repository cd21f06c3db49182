// SPDX-License-Identifier: Apache-2.0
// Accounts, sources and repositories as values: what a person may write of each, checked.
#pragma once

#include "appliance/records.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::appliance {

/// A document in its one spelling, with every default written out; the secrets that came beside it; and what it names.
struct Parsed {
    Json document;
    Secrets secrets{};
    /// Table and name of each record that must exist.
    std::vector<std::pair<std::string, std::string>> references{};
};

/// How the appliance signs in at Azure.
enum class AccountKind : std::uint8_t { ClientSecret, ManagedIdentity };

struct Account {
    AccountKind kind = AccountKind::ClientSecret;
    std::string tenant_id;
    std::string client_id;  ///< of a managed identity: empty for the machine's own
    std::string subscription_id;
};

enum class SourceKind : std::uint8_t {
    Postgres,         ///< any server, by its URL; the appliance itself reads it
    PostgresCluster,  ///< Azure Cosmos DB for PostgreSQL
    CosmosAccount,    ///< Azure Cosmos DB for MongoDB
};

struct Source {
    SourceKind kind = SourceKind::Postgres;
    std::string url;      ///< without password; may be empty for a Cosmos account
    std::string account;  ///< empty for a server that Azure does not run
    std::string resource_id;
    std::string region;
    bool allow_endpoint = false;  ///< its owner agrees to a private endpoint on it

    /// Whether a worker in its region reads it.
    bool needs_worker() const { return kind != SourceKind::Postgres; }
};

enum class StoreCredential : std::uint8_t { None, SasToken, ConnectionString, ManagedIdentity };

struct RepositoryPlace {
    std::string url;
    StoreCredential credential = StoreCredential::None;
    std::string
        resource_id;  ///< of the storage account, so that workers can get an endpoint to it; may be empty
};

/// Errors: InvalidInput naming the member.
Result<Parsed> parse_account(const Json& body);
Result<Parsed> parse_source(const Json& body);
Result<Parsed> parse_repository(const Json& body);

/// From a document that one of the above has made. Errors: Corrupt.
Result<Account> read_account(const Json& document);
Result<Source> read_source(const Json& document);
Result<RepositoryPlace> read_repository(const Json& document);

}  // namespace starkeep::appliance
