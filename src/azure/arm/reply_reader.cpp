// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/reply_reader.hpp"

#include "azure/arm/region.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::azure::arm {

namespace {

const Json& empty_object()
{
    static const Json kEmpty = Json::object();
    return kEmpty;
}

std::optional<std::int64_t> integer_of(const Json& json)
{
    if (json.is_number_unsigned()) {
        const auto value = json.get<std::uint64_t>();
        return value <= std::uint64_t{std::numeric_limits<std::int64_t>::max()}
                   ? std::optional(static_cast<std::int64_t>(value))
                   : std::nullopt;
    }
    if (json.is_number_integer()) {
        return json.get<std::int64_t>();
    }
    if (json.is_string()) {
        const auto& text = json.get_ref<const std::string&>();
        std::int64_t value = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
        if (read.ec == std::errc() && read.ptr == text.data() + text.size()) {
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace

void ReplyFault::set(std::string text)
{
    if (text_.empty()) {
        text_ = std::move(text);
    }
}

Error ReplyFault::error() const
{
    return {
        ErrorCode::Corrupt,
        text_,
        "Azure answered in a form that this version of Starkeep does not know."
    };
}

ReplyReader::ReplyReader(const Json& json, ReplyFault& fault, std::string_view what)
    : json_(json.is_object() ? &json : &empty_object()), fault_(&fault), what_(what)
{
    if (!json.is_object()) {
        fault.set("reply: " + what_ + " is no object");
    }
}

const Json* ReplyReader::find(std::string_view key) const
{
    const auto found = json_->find(std::string(key));
    return found == json_->end() || found->is_null() ? nullptr : &*found;
}

void ReplyReader::wrong(std::string_view key, std::string_view wanted) const
{
    fault_->set(
        "reply: member \"" + std::string(key) + "\" of " + what_ + " is no " + std::string(wanted)
    );
}

bool ReplyReader::has(std::string_view key) const
{
    return find(key) != nullptr;
}

std::string ReplyReader::text(std::string_view key) const
{
    const Json* found = find(key);
    if (found == nullptr) {
        return {};
    }
    if (!found->is_string()) {
        wrong(key, "string");
        return {};
    }
    return found->get<std::string>();
}

std::string ReplyReader::needed_text(std::string_view key) const
{
    std::string found = text(key);
    if (found.empty()) {
        fault_->set("reply: " + what_ + " has no member \"" + std::string(key) + "\"");
    }
    return found;
}

bool ReplyReader::flag(std::string_view key, bool absent) const
{
    const Json* found = find(key);
    if (found == nullptr) {
        return absent;
    }
    if (found->is_boolean()) {
        return found->get<bool>();
    }
    if (found->is_string() && same_text(found->get_ref<const std::string&>(), "true")) {
        return true;
    }
    if (found->is_string() && same_text(found->get_ref<const std::string&>(), "false")) {
        return false;
    }
    wrong(key, "boolean");
    return absent;
}

std::int64_t ReplyReader::number(std::string_view key, std::int64_t absent) const
{
    const Json* found = find(key);
    if (found == nullptr) {
        return absent;
    }
    const std::optional<std::int64_t> value = integer_of(*found);
    if (!value) {
        wrong(key, "integer");
    }
    return value.value_or(absent);
}

std::uint32_t ReplyReader::small_number(std::string_view key) const
{
    const std::int64_t value = number(key, 0);
    if (value < 0 || value > std::int64_t{std::numeric_limits<std::uint32_t>::max()}) {
        wrong(key, "unsigned integer of 32 bits");
        return 0;
    }
    return static_cast<std::uint32_t>(value);
}

std::vector<std::string> ReplyReader::texts(std::string_view key) const
{
    std::vector<std::string> out;
    const Json* found = find(key);
    if (found == nullptr) {
        return out;
    }
    if (!found->is_array()) {
        wrong(key, "array");
        return out;
    }
    for (const Json& element : *found) {
        if (!element.is_string()) {
            wrong(key, "array of strings");
            return out;
        }
        out.push_back(element.get<std::string>());
    }
    return out;
}

ResourceId ReplyReader::id(std::string_view key) const
{
    const std::string spelled = text(key);
    if (spelled.empty()) {
        return {};
    }
    Result<ResourceId> parsed = ResourceId::parse(spelled);
    if (!parsed.ok()) {
        wrong(key, "resource id");
        return {};
    }
    return std::move(parsed).value();
}

ResourceId ReplyReader::needed_id(std::string_view key) const
{
    return needed_text(key).empty() ? ResourceId() : id(key);
}

ResourceId ReplyReader::reference(std::string_view key) const
{
    return has(key) ? object(key).id("id") : ResourceId();
}

std::vector<ResourceId> ReplyReader::references(std::string_view key) const
{
    std::vector<ResourceId> out;
    for (const ReplyReader& element : objects(key)) {
        out.push_back(element.id("id"));
    }
    return out;
}

Tags ReplyReader::tags() const
{
    Tags tags;
    for (const auto& [name, value] : object("tags").json().items()) {
        if (value.is_string()) {
            tags.emplace(name, value.get<std::string>());
        }
    }
    return tags;
}

std::string ReplyReader::region() const
{
    return normalize_region(text("location"));
}

ReplyReader ReplyReader::object(std::string_view key) const
{
    const Json* found = find(key);
    if (found != nullptr && !found->is_object()) {
        wrong(key, "object");
        found = nullptr;
    }
    return {found == nullptr ? empty_object() : *found, *fault_, key};
}

std::vector<ReplyReader> ReplyReader::objects(std::string_view key) const
{
    std::vector<ReplyReader> out;
    const Json* found = find(key);
    if (found == nullptr) {
        return out;
    }
    if (!found->is_array()) {
        wrong(key, "array");
        return out;
    }
    for (const Json& element : *found) {
        out.emplace_back(element, *fault_, key);
    }
    return out;
}

}  // namespace starkeep::azure::arm
