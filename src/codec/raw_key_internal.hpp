// SPDX-License-Identifier: Apache-2.0
// OpenSSL's keys from the 32 bytes that X25519 and Ed25519 have them in.
#pragma once

#include "codec/hash.hpp"

#include <openssl/evp.h>
#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <memory>

namespace starkeep::codec {

struct KeyDeleter {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using PublicOrPrivateKey = std::unique_ptr<EVP_PKEY, KeyDeleter>;

PublicOrPrivateKey raw_private_key(const char* algorithm, const Key256& bytes);
PublicOrPrivateKey raw_public_key(const char* algorithm, const std::array<std::byte, 32>& bytes);

std::array<std::byte, 32> public_half(const EVP_PKEY& private_key);

}  // namespace starkeep::codec
