// SPDX-License-Identifier: Apache-2.0
// X25519: two parties who know each other's public keys get one secret that nobody else has.
#pragma once

#include "base/result.hpp"
#include "codec/hash.hpp"

#include <array>
#include <cstddef>

namespace starkeep::codec {

using X25519PublicKey = std::array<std::byte, 32>;

/// The public key of a private one; any 32 random bytes are a private key. Source: RFC 7748 section 5.
X25519PublicKey x25519_public_key(const Key256& private_key);

/// Raw agreement: derive keys from it, use it for nothing else.
/// Errors: InvalidInput for a public key of small order, with which the secret would be none. Source: RFC 7748 section 6.1.
Result<Key256> x25519_agree(const Key256& private_key, const X25519PublicKey& other);

}  // namespace starkeep::codec
