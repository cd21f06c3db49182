// SPDX-License-Identifier: Apache-2.0
#include "codec/password.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"

#include <argon2.h>
#include <fmt/core.h>

#include <cstdint>
#include <limits>
#include <string_view>

namespace starkeep::codec {

bool PasswordCost::allowed() const
{
    const auto between = [](std::uint32_t value, std::uint32_t least, std::uint32_t most) {
        return value >= least && value <= most;
    };
    return between(memory_kib, 8192, 1048576) && between(passes, 1, 16) && between(lanes, 1, 16);
}

Result<Key256> password_key(const Secret& password, ByteView salt, const PasswordCost& cost)
{
    if (!cost.allowed()) {
        return Error{
            ErrorCode::InvalidInput,
            fmt::format(
                "password costs of {} KiB, {} passes, {} lanes are out of range",
                cost.memory_kib,
                cost.passes,
                cost.lanes
            ),
        };
    }
    const std::string_view text = password.reveal();
    if (text.empty() || text.size() > std::numeric_limits<std::uint32_t>::max()) {
        return Error{
            ErrorCode::InvalidInput,
            "the password is empty",
            "Put a password of at least one character in place."
        };
    }
    Key256 key;
    const int status = argon2id_hash_raw(
        cost.passes,
        cost.memory_kib,
        cost.lanes,
        text.data(),
        text.size(),
        salt.data(),
        salt.size(),
        key.bytes.data(),
        key.bytes.size()
    );
    if (status == ARGON2_MEMORY_ALLOCATION_ERROR || status == ARGON2_THREAD_FAIL) {
        return Error{
            ErrorCode::NoSpace,
            fmt::format("deriving the password key: {}", argon2_error_message(status))
        };
    }
    if (status != ARGON2_OK) {
        return Error{
            ErrorCode::InvalidInput,
            fmt::format("deriving the password key: {}", argon2_error_message(status))
        };
    }
    return key;
}

}  // namespace starkeep::codec
