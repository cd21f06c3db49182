// SPDX-License-Identifier: Apache-2.0
#include "appliance/catalog.hpp"

#include "appliance/database.hpp"
#include "appliance/policy.hpp"
#include "appliance/records.hpp"
#include "appliance/secret_box.hpp"
#include "appliance/subjects.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::appliance {

namespace {

struct Words {
    std::string_view singular;
    std::string_view plural;
    Result<Parsed> (*parse)(const Json&);
};

constexpr std::array<Words, 4> kWords = {{
    {.singular = "account", .plural = "accounts", .parse = parse_account},
    {.singular = "source", .plural = "sources", .parse = parse_source},
    {.singular = "repository", .plural = "repositories", .parse = parse_repository},
    {.singular = "policy", .plural = "policies", .parse = parse_policy},
}};

const Words& words(Noun noun)
{
    return kWords.at(static_cast<std::size_t>(noun));
}

Records make_records(Database& database, const SecretBox& box, const sys::Clock& clock, Noun noun)
{
    return {
        database, box, clock, std::string(words(noun).plural), std::string(words(noun).singular)
    };
}

std::string singular_of_table(std::string_view table)
{
    const auto* const found = std::ranges::find(kWords, table, &Words::plural);
    return std::string(found == kWords.end() ? table : found->singular);
}

/// What has become of a missing reference.
Error dangling(const std::string& table, const std::string& name)
{
    const std::string noun = singular_of_table(table);
    return {
        ErrorCode::InvalidInput,
        noun + " \"" + name + "\" is not registered",
        "Register it with: starkeep " + noun + " create " + name + "."
    };
}

}  // namespace

std::string_view singular(Noun noun)
{
    return words(noun).singular;
}

std::string_view plural(Noun noun)
{
    return words(noun).plural;
}

Catalog::Catalog(Database& database, const SecretBox& box, const sys::Clock& clock)
    : database_(database)
    , records_{
          make_records(database, box, clock, Noun::Account),
          make_records(database, box, clock, Noun::Source),
          make_records(database, box, clock, Noun::Repository),
          make_records(database, box, clock, Noun::Policy)
      }
{
}

const Records& Catalog::records(Noun noun) const
{
    return records_.at(static_cast<std::size_t>(noun));
}

Records& Catalog::records(Noun noun)
{
    return records_.at(static_cast<std::size_t>(noun));
}

Result<Parsed> Catalog::check(Noun noun, const Json& body) const
{
    TRY_LET(Parsed parsed, words(noun).parse(body));
    for (const auto& [table, name] : parsed.references) {
        for (const Noun other : kNouns) {
            if (plural(other) != table) {
                continue;
            }
            const Result<Record> found = records(other).get(name);
            if (!found.ok() && found.error().code() == ErrorCode::NotFound) {
                return dangling(table, name);
            }
            TRY(found);
        }
    }
    return parsed;
}

Result<Record> Catalog::create(Noun noun, const std::string& name, const Json& body)
{
    TRY(database_.in_transaction([&]() -> Result<void> {
        TRY_LET(const Parsed parsed, check(noun, body));
        return records(noun).create(name, parsed.document, parsed.secrets);
    }));
    return get(noun, name);
}

Result<Record> Catalog::update(Noun noun, const std::string& name, const Json& changes)
{
    if (!changes.is_object()) {
        return Error{ErrorCode::InvalidInput, "the changes are no object with members"};
    }
    TRY(database_.in_transaction([&]() -> Result<void> {
        TRY_LET(Record record, get(noun, name));
        for (const auto& [key, value] : changes.items()) {
            record.document[key] = value;
        }
        TRY_LET(const Parsed parsed, check(noun, record.document));
        return records(noun).update(name, parsed.document, parsed.secrets);
    }));
    return get(noun, name);
}

Result<std::vector<std::string>> Catalog::users_of(Noun noun, const std::string& name) const
{
    std::vector<std::string> users;
    for (const Noun other : kNouns) {
        TRY_LET(const std::vector<Record> all, list(other));
        for (const Record& record : all) {
            TRY_LET(const Parsed parsed, words(other).parse(record.document));
            const std::pair<std::string, std::string> wanted{plural(noun), name};
            if (std::ranges::find(parsed.references, wanted) != parsed.references.end()) {
                users.push_back(std::string(singular(other)) + " " + record.name);
            }
        }
    }
    return users;
}

Result<void> Catalog::remove(Noun noun, const std::string& name)
{
    return database_.in_transaction([&]() -> Result<void> {
        TRY(get(noun, name));
        TRY_LET(const std::vector<std::string> users, users_of(noun, name));
        if (!users.empty()) {
            std::string said;
            for (const std::string& user : users) {
                said += (said.empty() ? "" : ", ") + user;
            }
            return Error{
                ErrorCode::Conflict,
                std::string(singular(noun)) + " \"" + name + "\" is used by " + said,
                "Change or delete these first."
            };
        }
        return records(noun).remove(name);
    });
}

Result<Account> Catalog::account(const std::string& name) const
{
    TRY_LET(const Record record, get(Noun::Account, name));
    return read_account(record.document);
}

Result<Source> Catalog::source(const std::string& name) const
{
    TRY_LET(const Record record, get(Noun::Source, name));
    return read_source(record.document);
}

Result<RepositoryPlace> Catalog::repository(const std::string& name) const
{
    TRY_LET(const Record record, get(Noun::Repository, name));
    return read_repository(record.document);
}

Result<Policy> Catalog::policy(const std::string& name) const
{
    TRY_LET(const Record record, get(Noun::Policy, name));
    return read_policy(record.document);
}

}  // namespace starkeep::appliance
