// SPDX-License-Identifier: Apache-2.0
// What has been registered: accounts, sources, repositories and policies, and the rule that nothing names what is not there.
#pragma once

#include "appliance/database.hpp"
#include "appliance/policy.hpp"
#include "appliance/records.hpp"
#include "appliance/secret_box.hpp"
#include "appliance/subjects.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::appliance {

enum class Noun : std::uint8_t { Account, Source, Repository, Policy };
inline constexpr std::array kNouns = {Noun::Account, Noun::Source, Noun::Repository, Noun::Policy};

/// "account"; "accounts" as table and in paths.
std::string_view singular(Noun noun);
std::string_view plural(Noun noun);

/// Thread: any.
class Catalog {
public:
    Catalog(Database& database, const SecretBox& box, const sys::Clock& clock);

    Result<std::vector<Record>> list(Noun noun) const { return records(noun).list(); }
    Result<Record> get(Noun noun, const std::string& name) const { return records(noun).get(name); }
    Result<Secrets> secrets(Noun noun, const std::string& name) const
    {
        return records(noun).secrets(name);
    }

    /// `body`: what a person wrote, without the name. Errors: InvalidInput, also when it names what is not registered; Exists.
    Result<Record> create(Noun noun, const std::string& name, const Json& body);
    /// Members of `changes` replace those of the document; null ones go back to their default. Errors: NotFound; as create().
    Result<Record> update(Noun noun, const std::string& name, const Json& changes);
    /// Errors: NotFound; Conflict naming what still uses it.
    Result<void> remove(Noun noun, const std::string& name);
    /// What create() would store, without storing. Errors: as create().
    Result<Parsed> check(Noun noun, const Json& body) const;

    Result<Account> account(const std::string& name) const;
    Result<Source> source(const std::string& name) const;
    Result<RepositoryPlace> repository(const std::string& name) const;
    Result<Policy> policy(const std::string& name) const;

private:
    const Records& records(Noun noun) const;
    Records& records(Noun noun);
    Result<std::vector<std::string>> users_of(Noun noun, const std::string& name) const;

    Database& database_;
    std::array<Records, 4> records_;
};

}  // namespace starkeep::appliance
