// SPDX-License-Identifier: Apache-2.0
#include "base/contract.hpp"
#include "codec/hash.hpp"
#include "codec/raw_key_internal.hpp"

#include <openssl/evp.h>
#include <openssl/types.h>

#include <array>
#include <cstddef>

namespace starkeep::codec {

PublicOrPrivateKey raw_private_key(const char* algorithm, const Key256& bytes)
{
    PublicOrPrivateKey key(EVP_PKEY_new_raw_private_key_ex(
        nullptr,
        algorithm,
        nullptr,
        reinterpret_cast<const unsigned char*>(bytes.bytes.data()),
        bytes.bytes.size()
    ));
    ENSURE(key != nullptr);
    return key;
}

PublicOrPrivateKey raw_public_key(const char* algorithm, const std::array<std::byte, 32>& bytes)
{
    PublicOrPrivateKey key(EVP_PKEY_new_raw_public_key_ex(
        nullptr,
        algorithm,
        nullptr,
        reinterpret_cast<const unsigned char*>(bytes.data()),
        bytes.size()
    ));
    ENSURE(key != nullptr);
    return key;
}

std::array<std::byte, 32> public_half(const EVP_PKEY& private_key)
{
    std::array<std::byte, 32> out{};
    std::size_t size = out.size();
    ENSURE(
        EVP_PKEY_get_raw_public_key(
            &private_key, reinterpret_cast<unsigned char*>(out.data()), &size
        ) == 1
    );
    ENSURE(size == out.size());
    return out;
}

}  // namespace starkeep::codec
