// SPDX-License-Identifier: Apache-2.0
// Named documents with sealed secrets: the shape in which accounts, sources, repositories and policies are remembered.
#pragma once

#include "appliance/database.hpp"
#include "appliance/secret_box.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::appliance {

struct Record {
    std::string name;
    Json document;
    std::string created;  ///< RFC 3339, UTC
    std::string changed;
    bool has_secrets = false;
};

/// Secrets by what they are for: "password", "client_secret".
using Secrets = std::map<std::string, Secret, std::less<>>;

/// Starts with a small letter or digit, then up to 62 of [a-z0-9._-].
/// Errors: InvalidInput.
Result<void> check_name(std::string_view noun, std::string_view name);

/// Secrets as they are sealed, and back. Errors: Corrupt.
Secret pack_secrets(const Secrets& secrets);
Result<Secrets> unpack_secrets(const Secret& packed);

/// Thread: any.
class Records {
public:
    /// `table` is one of the migrations' four; `noun` names its rows for people.
    Records(
        Database& database,
        const SecretBox& box,
        const sys::Clock& clock,
        std::string table,
        std::string noun
    )
        : database_(database)
        , box_(box)
        , clock_(clock)
        , table_(std::move(table))
        , noun_(std::move(noun))
    {
    }

    /// By name.
    Result<std::vector<Record>> list() const;
    /// Errors: NotFound, telling how to see which there are.
    Result<Record> get(const std::string& name) const;
    /// Errors: Exists; InvalidInput for a name that none may have.
    Result<void> create(const std::string& name, const Json& document, const Secrets& secrets);
    /// `secrets` are put in the place of those of the same use; others stay. Errors: NotFound.
    Result<void> update(const std::string& name, const Json& document, const Secrets& secrets);
    /// Errors: NotFound.
    Result<void> remove(const std::string& name);
    /// Errors: NotFound; Corrupt.
    Result<Secrets> secrets(const std::string& name) const;

    const std::string& noun() const { return noun_; }

private:
    Error not_found(const std::string& name) const;
    std::string place(const std::string& name) const { return table_ + "/" + name; }
    Value sealed(const std::string& name, const Secrets& secrets) const;

    Database& database_;
    const SecretBox& box_;
    const sys::Clock& clock_;
    std::string table_;
    std::string noun_;
};

}  // namespace starkeep::appliance
