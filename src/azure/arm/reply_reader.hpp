// SPDX-License-Identifier: Apache-2.0
// Reads a reply's members that may be absent or null, and remembers the first one that has a wrong type.
#pragma once

#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::arm {

/// What was wrong with a reply; one for all readers of it.
class ReplyFault {
public:
    void set(std::string text);
    /// The value that was read, unless something was wrong.
    template <typename T>
    Result<T> or_value(T value) const
    {
        if (text_.empty()) {
            return value;
        }
        return error();
    }

private:
    Error error() const;

    std::string text_;
};

/// A view: the document and the fault must live longer.
class ReplyReader {
public:
    /// `what` names the thing in the fault's text.
    ReplyReader(const Json& json, ReplyFault& fault, std::string_view what);

    bool has(std::string_view key) const;
    /// Empty when absent or null.
    std::string text(std::string_view key) const;
    /// A fault when absent, null or empty.
    std::string needed_text(std::string_view key) const;
    /// Azure sends some numbers and booleans as strings; both are taken.
    bool flag(std::string_view key, bool absent) const;
    std::int64_t number(std::string_view key, std::int64_t absent) const;
    std::uint32_t small_number(std::string_view key) const;
    std::vector<std::string> texts(std::string_view key) const;
    ResourceId id(std::string_view key) const;
    ResourceId needed_id(std::string_view key) const;
    /// Of an object with one member "id", as `{"subnet":{"id":"…"}}`.
    ResourceId reference(std::string_view key) const;
    std::vector<ResourceId> references(std::string_view key) const;
    Tags tags() const;
    std::string region() const;
    /// An empty object when absent.
    ReplyReader object(std::string_view key) const;
    ReplyReader properties() const { return object("properties"); }
    std::vector<ReplyReader> objects(std::string_view key) const;
    const Json& json() const { return *json_; }

private:
    /// Nothing when absent or null.
    const Json* find(std::string_view key) const;
    void wrong(std::string_view key, std::string_view wanted) const;

    const Json* json_;
    ReplyFault* fault_;
    std::string what_;
};

/// Each element by `parse`, up to the first that is no good.
template <typename T>
Result<std::vector<T>> parse_all(const std::vector<Json>& elements, Result<T> (*parse)(const Json&))
{
    std::vector<T> parsed;
    for (const Json& element : elements) {
        TRY_LET(T value, parse(element));
        parsed.push_back(std::move(value));
    }
    return parsed;
}

}  // namespace starkeep::azure::arm
