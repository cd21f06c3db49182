// SPDX-License-Identifier: Apache-2.0
// Values that hold for the whole appliance: its id, its region, whether networks are private.
#pragma once

#include "appliance/database.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <optional>
#include <string>

namespace starkeep::appliance {

class Settings {
public:
    explicit Settings(Database& database) : database_(database) {}

    Result<std::optional<std::string>> find(const std::string& key) const;
    Result<void> set(const std::string& key, const std::string& value);
    /// Sets those of the object's members that a person may set; null takes a setting back.
    /// Errors: InvalidInput naming the first that is none of them or has no such value; then nothing is changed.
    Result<void> change(const Json& changes);
    /// All of them as one object.
    Result<Json> all() const;

    /// 16 hexadecimal digits, drawn once: the tag of everything that this appliance makes.
    Result<std::string> appliance_id();

private:
    Database& database_;
};

}  // namespace starkeep::appliance
