// SPDX-License-Identifier: Apache-2.0
// Reading a person's JSON object member by member; whatever nobody asked for is named as a slip.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::appliance {

/// Every getter: nothing when the member is absent or null. Errors: InvalidInput naming the member.
class Fields {
public:
    /// `where` names the object for people: "policy", "policy.native". The object outlives this.
    /// Errors: InvalidInput when it is no object.
    static Result<Fields> of(const Json& object, std::string where);

    Result<std::optional<std::string>> text(std::string_view key);
    Result<std::optional<bool>> boolean(std::string_view key);
    /// A whole number from 0 to `most`.
    Result<std::optional<std::uint64_t>> number(std::string_view key, std::uint64_t most);
    /// A list of texts; one text alone is a list of one.
    Result<std::vector<std::string>> texts(std::string_view key);
    const Json* value(std::string_view key);
    /// Errors: InvalidInput also when it is absent or empty.
    Result<std::string> required(std::string_view key);

    /// Errors: InvalidInput naming the first member that was not asked for.
    Result<void> finish() const;

private:
    Fields(const Json& object, std::string where) : object_(&object), where_(std::move(where)) {}
    Error wrong(std::string_view key, std::string_view wanted) const;

    const Json* object_;
    std::string where_;
    std::set<std::string, std::less<>> asked_;
};

}  // namespace starkeep::appliance
