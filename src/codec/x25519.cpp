// SPDX-License-Identifier: Apache-2.0
#include "codec/x25519.hpp"

#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "codec/raw_key_internal.hpp"

#include <openssl/evp.h>
#include <openssl/types.h>

#include <cstddef>
#include <memory>

namespace starkeep::codec {

namespace {

struct ContextDeleter {
    void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
};

}  // namespace

X25519PublicKey x25519_public_key(const Key256& private_key)
{
    return public_half(*raw_private_key("X25519", private_key));
}

Result<Key256> x25519_agree(const Key256& private_key, const X25519PublicKey& other)
{
    const PublicOrPrivateKey own = raw_private_key("X25519", private_key);
    const PublicOrPrivateKey peer = raw_public_key("X25519", other);
    const std::unique_ptr<EVP_PKEY_CTX, ContextDeleter> context(
        EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr)
    );
    ENSURE(context != nullptr && peer != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
    Key256 shared;
    std::size_t size = shared.bytes.size();
    // OpenSSL refuses the points of small order here, at the end of the derivation.
    if (EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
        EVP_PKEY_derive(
            context.get(), reinterpret_cast<unsigned char*>(shared.bytes.data()), &size
        ) != 1) {
        return Error{ErrorCode::InvalidInput, "X25519 public key has a small order"};
    }
    ENSURE(size == shared.bytes.size());
    return shared;
}

}  // namespace starkeep::codec
