// SPDX-License-Identifier: Apache-2.0
#include "codec/ed25519.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "codec/hash.hpp"
#include "codec/raw_key_internal.hpp"

#include <openssl/evp.h>
#include <openssl/types.h>

#include <cstddef>
#include <memory>

namespace starkeep::codec {

namespace {

struct DigestDeleter {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, DigestDeleter>;

const unsigned char* raw(ByteView bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Ed25519PublicKey ed25519_public_key(const Key256& private_key)
{
    return public_half(*raw_private_key("ED25519", private_key));
}

Ed25519Signature ed25519_sign(const Key256& private_key, ByteView text)
{
    const PublicOrPrivateKey key = raw_private_key("ED25519", private_key);
    const DigestContext context(EVP_MD_CTX_new());
    ENSURE(context != nullptr);
    ENSURE(
        EVP_DigestSignInit_ex(
            context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr
        ) == 1
    );
    Ed25519Signature signature{};
    std::size_t size = signature.size();
    ENSURE(
        EVP_DigestSign(
            context.get(),
            reinterpret_cast<unsigned char*>(signature.data()),
            &size,
            raw(text),
            text.size()
        ) == 1
    );
    ENSURE(size == signature.size());
    return signature;
}

bool ed25519_verify(
    const Ed25519PublicKey& public_key, ByteView text, const Ed25519Signature& signature
)
{
    const PublicOrPrivateKey key = raw_public_key("ED25519", public_key);
    const DigestContext context(EVP_MD_CTX_new());
    ENSURE(context != nullptr);
    ENSURE(
        EVP_DigestVerifyInit_ex(
            context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr
        ) == 1
    );
    return EVP_DigestVerify(
               context.get(), raw(ByteView(signature)), signature.size(), raw(text), text.size()
           ) == 1;
}

}  // namespace starkeep::codec
