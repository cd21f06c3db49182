// SPDX-License-Identifier: Apache-2.0
#include "appliance/records.hpp"

#include "appliance/database.hpp"
#include "appliance/secret_box.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::appliance {

namespace {

constexpr std::size_t kLongestName = 63;

bool is_first(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

bool is_later(char character)
{
    return is_first(character) || character == '.' || character == '_' || character == '-';
}

Result<Record> to_record(const Row& row)
{
    TRY_LET(Json document, json::parse(row.text(1)));
    return Record{
        .name = row.text(0),
        .document = std::move(document),
        .created = row.text(2),
        .changed = row.text(3),
        .has_secrets = row.integer(4) != 0
    };
}

constexpr std::string_view kColumns =
    "SELECT name, document, created, changed, secrets IS NOT NULL FROM ";

}  // namespace

Result<void> check_name(std::string_view noun, std::string_view name)
{
    if (name.empty() || name.size() > kLongestName || !is_first(name.front()) ||
        !std::ranges::all_of(name, is_later)) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + std::string(name) + "\" cannot name a " + std::string(noun),
            "A name has 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a letter or digit."
        };
    }
    return {};
}

Secret pack_secrets(const Secrets& secrets)
{
    Json packed = Json::object();
    for (const auto& [use, secret] : secrets) {
        packed[use] = std::string(secret.reveal());
    }
    return Secret(json::format(packed));
}

Result<Secrets> unpack_secrets(const Secret& packed)
{
    TRY_LET(const Json document, json::parse(packed.reveal()));
    Secrets secrets;
    for (const auto& [use, value] : document.items()) {
        TRY_LET(std::string text, json::get_string(document, use));
        secrets.insert_or_assign(use, Secret(std::move(text)));
    }
    return secrets;
}

Error Records::not_found(const std::string& name) const
{
    return {
        ErrorCode::NotFound,
        "no " + noun_ + " \"" + name + "\"",
        "See which there are with: starkeep " + noun_ + " list."
    };
}

Value Records::sealed(const std::string& name, const Secrets& secrets) const
{
    if (secrets.empty()) {
        return nullptr;
    }
    return box_.seal(pack_secrets(secrets), place(name));
}

Result<std::vector<Record>> Records::list() const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows(std::string(kColumns) + table_ + " ORDER BY name")
    );
    std::vector<Record> records;
    for (const Row& row : rows) {
        TRY_LET(Record record, to_record(row));
        records.push_back(std::move(record));
    }
    return records;
}

Result<Record> Records::get(const std::string& name) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows(std::string(kColumns) + table_ + " WHERE name = ?", {name})
    );
    if (rows.empty()) {
        return not_found(name);
    }
    return to_record(rows.front());
}

Result<void> Records::create(const std::string& name, const Json& document, const Secrets& secrets)
{
    TRY(check_name(noun_, name));
    const std::string now = sys::format_rfc3339(clock_.now());
    const Result<std::uint64_t> made = database_.change(
        "INSERT INTO " + table_ +
            " (name, document, secrets, created, changed) VALUES (?, ?, ?, ?, ?)",
        {name, json::format(document), sealed(name, secrets), now, now}
    );
    if (!made.ok() && made.error().code() == ErrorCode::Exists) {
        return Error{
            ErrorCode::Exists,
            noun_ + " \"" + name + "\" exists",
            "Change it with: starkeep " + noun_ + " update " + name + "."
        };
    }
    TRY(made);
    return {};
}

Result<void> Records::update(const std::string& name, const Json& document, const Secrets& secrets)
{
    return database_.in_transaction([&]() -> Result<void> {
        TRY_LET(Secrets merged, this->secrets(name));
        for (const auto& [use, secret] : secrets) {
            merged.insert_or_assign(use, Secret(std::string(secret.reveal())));
        }
        TRY(database_.change(
            "UPDATE " + table_ + " SET document = ?, secrets = ?, changed = ? WHERE name = ?",
            {json::format(document), sealed(name, merged), sys::format_rfc3339(clock_.now()), name}
        ));
        return {};
    });
}

Result<void> Records::remove(const std::string& name)
{
    TRY_LET(
        const std::uint64_t removed,
        database_.change("DELETE FROM " + table_ + " WHERE name = ?", {name})
    );
    if (removed == 0) {
        return not_found(name);
    }
    return {};
}

Result<Secrets> Records::secrets(const std::string& name) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows("SELECT secrets FROM " + table_ + " WHERE name = ?", {name})
    );
    if (rows.empty()) {
        return not_found(name);
    }
    if (rows.front().is_null(0)) {
        return Secrets();
    }
    TRY_LET(const Secret packed, box_.open(rows.front().bytes(0), place(name)));
    return unpack_secrets(packed);
}

}  // namespace starkeep::appliance
