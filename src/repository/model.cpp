// SPDX-License-Identifier: Apache-2.0
#include "repository/model.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "repository/pack.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace starkeep::repository {

namespace {

std::optional<std::uint32_t> number_at(const Json& array, std::size_t position)
{
    const Json& element = array[position];
    if (!element.is_number_unsigned() ||
        element.get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(element.get<std::uint64_t>());
}

template <typename AnyId>
std::optional<AnyId> id_at(const Json& array, std::size_t position)
{
    const Json& element = array[position];
    return element.is_string() ? AnyId::from_hex(element.get<std::string>()) : std::nullopt;
}

}  // namespace

Json to_json(const Reference& reference)
{
    return Json::array({
        reference.pack.hex(),
        reference.offset,
        reference.stored_bytes,
        reference.plain_bytes,
        reference.id.hex(),
    });
}

Result<Reference> reference_from_json(const Json& json)
{
    constexpr std::size_t kMembers = 5;
    if (!json.is_array() || json.size() != kMembers) {
        return Error{ErrorCode::Corrupt, "a reference is no array of five members"};
    }
    const auto pack = id_at<PackId>(json, 0);
    const auto offset = number_at(json, 1);
    const auto stored = number_at(json, 2);
    const auto plain = number_at(json, 3);
    const auto id = id_at<ContentId>(json, 4);
    if (!pack || !offset || !stored || !plain || !id) {
        return Error{ErrorCode::Corrupt, "a reference has a member of the wrong kind"};
    }
    const Reference reference{
        .pack = *pack, .offset = *offset, .stored_bytes = *stored, .plain_bytes = *plain, .id = *id
    };
    TRY(check_reference(reference, "reference"));
    return reference;
}

std::string leaf_name(const Leaf& leaf)
{
    return leaf.key.empty() ? std::string("the first leaf") : "leaf " + to_hex(leaf.key);
}

}  // namespace starkeep::repository
