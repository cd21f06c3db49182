// SPDX-License-Identifier: Apache-2.0
// From a password to a key, at a price that makes guessing dear.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"

#include <cstdint>

namespace starkeep::codec {

/// Argon2id's costs. Defaults: RFC 9106 section 4, second choice.
struct PasswordCost {
    std::uint32_t memory_kib = 65536;  ///< 8,192 to 1,048,576
    std::uint32_t passes = 3;          ///< 1 to 16
    std::uint32_t lanes = 4;           ///< 1 to 16

    bool operator==(const PasswordCost&) const = default;
    /// Whether each cost lies in its range: an upper one because a forged key slot must not eat the machine.
    bool allowed() const;
};

/// Argon2id, version 0x13, 32 bytes. Cost: memory and time as given; one thread per lane.
/// Errors: InvalidInput for costs out of range, an empty password, a salt below 8 bytes.
Result<Key256> password_key(const Secret& password, ByteView salt, const PasswordCost& cost);

}  // namespace starkeep::codec
