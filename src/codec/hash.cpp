// SPDX-License-Identifier: Apache-2.0
#include "codec/hash.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/types.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>

namespace starkeep::codec {

namespace {

struct MacDeleter {
    void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, MacDeleter>;

const unsigned char* raw(ByteView bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// Looked up once: OpenSSL 3 searches its providers under a lock at every fetch.
EVP_MAC* hmac_algorithm()
{
    static const std::unique_ptr<EVP_MAC, MacDeleter> kHmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr)
    );
    ENSURE(kHmac != nullptr);
    return kHmac.get();
}

}  // namespace

void wipe(std::span<std::byte> bytes)
{
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

Hash256 sha256(ByteView bytes)
{
    Hash256 out{};
    std::size_t size = 0;
    ENSURE(
        EVP_Q_digest(
            nullptr,
            "SHA256",
            nullptr,
            bytes.data(),
            bytes.size(),
            reinterpret_cast<unsigned char*>(out.data()),
            &size
        ) == 1
    );
    return out;
}

struct HmacSha256::State {
    MacContext keyed;
};

HmacSha256::HmacSha256(ByteView key) : state_(std::make_unique<State>())
{
    state_->keyed.reset(EVP_MAC_CTX_new(hmac_algorithm()));
    ENSURE(state_->keyed != nullptr);
    std::string digest = "SHA256";
    const std::array<OSSL_PARAM, 2> parameters = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end(),
    };
    // A key of no bytes is legal (HKDF without salt), a null pointer would mean "the key from before".
    static constexpr unsigned char kNothing = 0;
    const unsigned char* bytes = key.empty() ? &kNothing : raw(key);
    ENSURE(EVP_MAC_init(state_->keyed.get(), bytes, key.size(), parameters.data()) == 1);
}

HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Hash256 HmacSha256::of(std::initializer_list<ByteView> pieces) const
{
    const MacContext context(EVP_MAC_CTX_dup(state_->keyed.get()));
    ENSURE(context != nullptr);
    for (const ByteView piece : pieces) {
        ENSURE(EVP_MAC_update(context.get(), raw(piece), piece.size()) == 1);
    }
    Hash256 out{};
    std::size_t size = 0;
    ENSURE(
        EVP_MAC_final(
            context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, out.size()
        ) == 1
    );
    return out;
}

void hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::span<std::byte> out)
{
    ENSURE(out.size() <= std::size_t{255} * 32);
    Key256 extracted(HmacSha256(salt).of({secret}));
    const HmacSha256 expand(extracted.bytes);
    Key256 block;
    std::size_t block_size = 0;
    auto counter = std::byte{1};
    while (!out.empty()) {
        block.bytes =
            expand.of({ByteView(block.bytes).first(block_size), info, ByteView(&counter, 1)});
        block_size = block.bytes.size();
        counter = static_cast<std::byte>(std::to_integer<unsigned>(counter) + 1);
        const std::size_t taken = std::min(out.size(), block_size);
        std::ranges::copy(std::span(block.bytes).first(taken), out.begin());
        out = out.subspan(taken);
    }
}

}  // namespace starkeep::codec
