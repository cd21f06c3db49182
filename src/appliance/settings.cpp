// SPDX-License-Identifier: Apache-2.0
#include "appliance/settings.hpp"

#include "appliance/database.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::appliance {

namespace {

/// What a person may set.
constexpr std::array<std::string_view, 8> kSettings = {
    "account",          // through which the appliance's own region is managed
    "region",           // where the appliance stands
    "private_network",  // on or off
    "address_pool",
    "appliance_subnet",
    "bootstrap",
    "vm_sizes",  // separated by commas
    "worker_bundle"
};

Result<void> check(const std::string& key, const Json& value)
{
    if (std::ranges::find(kSettings, key) == kSettings.end()) {
        std::string known;
        for (const std::string_view name : kSettings) {
            known += (known.empty() ? "" : ", ") + std::string(name);
        }
        return Error{
            ErrorCode::InvalidInput, "\"" + key + "\" is no setting", "Settings are: " + known + "."
        };
    }
    if (!value.is_string() && !value.is_null()) {
        return Error{ErrorCode::InvalidInput, "setting " + key + " is no text"};
    }
    if (key == "private_network" && value.is_string() && value != "on" && value != "off") {
        return Error{ErrorCode::InvalidInput, "private_network is on or off"};
    }
    return {};
}

}  // namespace

Result<void> Settings::change(const Json& changes)
{
    return database_.in_transaction([&]() -> Result<void> {
        for (const auto& [key, value] : changes.items()) {
            TRY(check(key, value));
            if (value.is_null()) {
                TRY(database_.change("DELETE FROM settings WHERE key = ?", {key}));
            } else {
                TRY(set(key, value.get_ref<const std::string&>()));
            }
        }
        return {};
    });
}

Result<std::optional<std::string>> Settings::find(const std::string& key) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows("SELECT value FROM settings WHERE key = ?", {key})
    );
    return rows.empty() ? std::nullopt : std::optional(rows.front().text(0));
}

Result<void> Settings::set(const std::string& key, const std::string& value)
{
    TRY(database_.change(
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = "
        "excluded.value",
        {key, value}
    ));
    return {};
}

Result<Json> Settings::all() const
{
    TRY_LET(
        const std::vector<Row> rows, database_.rows("SELECT key, value FROM settings ORDER BY key")
    );
    Json document = Json::object();
    for (const Row& row : rows) {
        document[row.text(0)] = row.text(1);
    }
    return document;
}

Result<std::string> Settings::appliance_id()
{
    TRY_LET(const std::optional<std::string> known, find("appliance_id"));
    if (known) {
        return *known;
    }
    std::array<std::byte, 8> drawn{};
    sys::fill_random(drawn);
    TRY(set("appliance_id", to_hex(drawn)));
    return to_hex(drawn);
}

}  // namespace starkeep::appliance
