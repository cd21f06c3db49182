// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "protocol/members_internal.hpp"
#include "protocol/worker_config.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::protocol {

namespace {

Error corrupt(std::string_view key, const std::string& reason)
{
    return {ErrorCode::Corrupt, "JSON: member \"" + std::string(key) + "\" " + reason};
}

}  // namespace

Result<std::uint64_t>
get_number(const Json& object, std::string_view key, std::uint64_t least, std::uint64_t most)
{
    TRY_LET(const std::uint64_t value, json::get_unsigned(object, key));
    if (value < least || value > most) {
        return corrupt(key, "is not from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
}

Result<std::vector<std::string>> get_strings(const Json& object, std::string_view key)
{
    TRY_LET(const Json array, json::get_array(object, key));
    std::vector<std::string> texts;
    for (const Json& item : array) {
        if (!item.is_string()) {
            return corrupt(key, "holds what is no string");
        }
        texts.push_back(item.get_ref<const std::string&>());
    }
    return texts;
}

Result<void> get_hex(const Json& object, std::string_view key, std::span<std::byte> out)
{
    TRY_LET(const std::string digits, json::get_string(object, key));
    if (!from_hex(digits, out)) {
        return corrupt(key, "is not " + std::to_string(2 * out.size()) + " hexadecimal digits");
    }
    return {};
}

Result<void> require_version(const Json& object, std::string_view key, std::string_view what)
{
    TRY_LET(
        const std::uint64_t version,
        get_number(object, key, 0, std::numeric_limits<std::uint32_t>::max())
    );
    if (version != kProtocolVersion) {
        return Error{
            ErrorCode::Unsupported,
            std::string(what) + " has version " + std::to_string(version) +
                ", this program knows version " + std::to_string(kProtocolVersion),
            "Use worker files of the appliance's own version."
        };
    }
    return {};
}

}  // namespace starkeep::protocol
