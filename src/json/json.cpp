// SPDX-License-Identifier: Apache-2.0
#include "json/json.hpp"

#include "base/error.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace starkeep::json {

namespace {

constexpr std::size_t kMaxDepth = 64;

Error corrupt(std::string message)
{
    return {ErrorCode::Corrupt, std::move(message)};
}

/// Builds the document from the parser's events. The library's own parser keeps the last of two equal keys and knows no
/// limit of depth; here the first fault ends the parse. Open containers are on a stack of our own.
class Builder {
public:
    bool null() { return add(nullptr); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(std::int64_t value) { return add(value); }
    bool number_unsigned(std::uint64_t value) { return add(value); }
    bool number_float(double value, const std::string& /*text*/) { return add(value); }
    bool string(std::string& value) { return add(std::move(value)); }
    bool binary(Json::binary_t& /*value*/) { return fail("binary value"); }
    bool start_object(std::size_t /*size*/) { return open(Json::object()); }
    bool start_array(std::size_t /*size*/) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name)
    {
        if (!open_.back().keys.insert(name).second) {
            return fail("member \"" + name + "\" appears twice");
        }
        open_.back().key = std::move(name);
        return true;
    }
    bool parse_error(
        std::size_t position,
        const std::string& /*token*/,
        const nlohmann::detail::exception& /*fault*/
    )
    {
        // The library counts the bytes it has taken, the offending one among them.
        return fail("syntax error at byte " + std::to_string(position == 0 ? 0 : position - 1));
    }

    Result<Json> take()
    {
        if (!fault_.empty()) {
            return corrupt("JSON: " + fault_);
        }
        return std::move(root_);
    }

private:
    struct Open {
        Json value;
        std::string key{};  ///< of the member that comes next, when `value` is an object
        std::unordered_set<std::string> keys{};
    };

    bool fail(std::string fault)
    {
        fault_ = std::move(fault);
        return false;
    }
    bool open(Json container)
    {
        if (open_.size() == kMaxDepth) {
            return fail("nests deeper than " + std::to_string(kMaxDepth));
        }
        open_.push_back({.value = std::move(container)});
        return true;
    }
    bool close()
    {
        Json done = std::move(open_.back().value);
        open_.pop_back();
        return add(std::move(done));
    }
    bool add(Json value)
    {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (Open& parent = open_.back(); parent.value.is_object()) {
            // Not emplace: that one searches all members, and `keys` has done so already.
            parent.value.get_ref<Json::object_t&>().emplace_back(
                std::move(parent.key), std::move(value)
            );
        } else {
            parent.value.push_back(std::move(value));
        }
        return true;
    }

    Json root_;
    std::vector<Open> open_;
    std::string fault_;
};

Result<const Json*> member(const Json& object, std::string_view key)
{
    if (!object.is_object()) {
        return corrupt("JSON: member \"" + std::string(key) + "\" asked of what is no object");
    }
    const auto found = object.find(std::string(key));
    if (found == object.end()) {
        return corrupt("JSON: member \"" + std::string(key) + "\" is missing");
    }
    return &*found;
}

Error wrong_type(std::string_view key, std::string_view wanted)
{
    return corrupt("JSON: member \"" + std::string(key) + "\" is no " + std::string(wanted));
}

}  // namespace

Result<Json> parse(std::string_view text)
{
    Builder builder;
    try {
        Json::sax_parse(text, &builder);
    } catch (const nlohmann::detail::exception& fault) {
        return corrupt(std::string("JSON: ") + fault.what());
    }
    return builder.take();
}

std::string format(const Json& value)
{
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string> get_string(const Json& object, std::string_view key)
{
    TRY_LET(const Json* found, member(object, key));
    if (!found->is_string()) {
        return wrong_type(key, "string");
    }
    return found->get_ref<const std::string&>();
}

Result<std::uint64_t> get_unsigned(const Json& object, std::string_view key)
{
    TRY_LET(const Json* found, member(object, key));
    if (found->is_number_unsigned()) {
        return found->get<std::uint64_t>();
    }
    // A document built in memory holds plain ints as signed numbers.
    if (found->is_number_integer() && found->get<std::int64_t>() >= 0) {
        return static_cast<std::uint64_t>(found->get<std::int64_t>());
    }
    return wrong_type(key, "unsigned integer of 64 bits");
}

Result<bool> get_bool(const Json& object, std::string_view key)
{
    TRY_LET(const Json* found, member(object, key));
    if (!found->is_boolean()) {
        return wrong_type(key, "boolean");
    }
    return found->get<bool>();
}

Result<Json> get_array(const Json& object, std::string_view key)
{
    TRY_LET(const Json* found, member(object, key));
    if (!found->is_array()) {
        return wrong_type(key, "array");
    }
    return *found;
}

Result<Json> get_object(const Json& object, std::string_view key)
{
    TRY_LET(const Json* found, member(object, key));
    if (!found->is_object()) {
        return wrong_type(key, "object");
    }
    return *found;
}

}  // namespace starkeep::json
