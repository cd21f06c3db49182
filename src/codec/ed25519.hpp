// SPDX-License-Identifier: Apache-2.0
// Ed25519 signatures: who made a text, and that it is that text.
#pragma once

#include "base/bytes.hpp"
#include "codec/hash.hpp"

#include <array>
#include <cstddef>

namespace starkeep::codec {

using Ed25519PublicKey = std::array<std::byte, 32>;
using Ed25519Signature = std::array<std::byte, 64>;

/// The public key of a private one; any 32 random bytes are a private key. Source: RFC 8032 section 5.1.5.
Ed25519PublicKey ed25519_public_key(const Key256& private_key);

Ed25519Signature ed25519_sign(const Key256& private_key, ByteView text);

/// False as well for a public key that is no point of the curve.
bool ed25519_verify(
    const Ed25519PublicKey& public_key, ByteView text, const Ed25519Signature& signature
);

}  // namespace starkeep::codec
