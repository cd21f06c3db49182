// SPDX-License-Identifier: Apache-2.0
#include "codec/rsa.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/openssl_internal.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace starkeep::codec {

namespace {

constexpr unsigned kBits = 2048;
constexpr int kLeastBits = 2048;
constexpr int kMostBits = 8192;

const unsigned char* raw(ByteView bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Bytes number_of(const EVP_PKEY* key, const char* name)
{
    BIGNUM* found = nullptr;
    ENSURE(EVP_PKEY_get_bn_param(key, name, &found) == 1);
    const OpensslPtr<BIGNUM> number(found);
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    return bytes;
}

}  // namespace

struct RsaKey::State {
    OpensslPtr<EVP_PKEY> key;
};

RsaKey::RsaKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
RsaKey::~RsaKey() = default;
RsaKey::RsaKey(RsaKey&&) noexcept = default;
RsaKey& RsaKey::operator=(RsaKey&&) noexcept = default;

RsaKey RsaKey::generate()
{
    auto state = std::make_unique<State>();
    state->key.reset(EVP_RSA_gen(kBits));
    ENSURE(state->key != nullptr);
    return RsaKey(std::move(state));
}

Result<RsaKey> RsaKey::parse_pem(std::string_view pem)
{
    const auto reader = make_text_reader(pem);
    // A callback that gives no password: an encrypted key must not ask on the terminal.
    const auto no_password = [](char*, int, int, void*) {
        return 0;
    };
    auto state = std::make_unique<State>();
    state->key.reset(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_password, nullptr));
    if (state->key == nullptr || EVP_PKEY_is_a(state->key.get(), "RSA") != 1) {
        return Error{ErrorCode::Corrupt, "the PEM text holds no unencrypted RSA private key"};
    }
    const int bits = EVP_PKEY_get_bits(state->key.get());
    if (bits < kLeastBits || bits > kMostBits) {
        return Error{
            ErrorCode::Corrupt, "the RSA key is shorter than 2048 or longer than 8192 bits"
        };
    }
    return RsaKey(std::move(state));
}

Secret RsaKey::format_pem() const
{
    const auto writer = make_text_writer();
    ENSURE(
        PEM_write_bio_PKCS8PrivateKey(
            writer.get(), state_->key.get(), nullptr, nullptr, 0, nullptr, nullptr
        ) == 1
    );
    return Secret(written_text(writer.get()));
}

Bytes RsaKey::sign_sha256(ByteView message) const
{
    const OpensslPtr<EVP_MD_CTX> context(EVP_MD_CTX_new());
    ENSURE(context != nullptr);
    ENSURE(
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, state_->key.get()) == 1
    );
    std::size_t size = 0;
    ENSURE(EVP_DigestSign(context.get(), nullptr, &size, raw(message), message.size()) == 1);
    Bytes signature(size);
    ENSURE(
        EVP_DigestSign(
            context.get(),
            reinterpret_cast<unsigned char*>(signature.data()),
            &size,
            raw(message),
            message.size()
        ) == 1
    );
    signature.resize(size);
    return signature;
}

bool RsaKey::verifies_sha256(ByteView message, ByteView signature) const
{
    const OpensslPtr<EVP_MD_CTX> context(EVP_MD_CTX_new());
    ENSURE(context != nullptr);
    ENSURE(
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, state_->key.get()) == 1
    );
    return EVP_DigestVerify(
               context.get(), raw(signature), signature.size(), raw(message), message.size()
           ) == 1;
}

RsaPublicNumbers RsaKey::public_numbers() const
{
    return {
        .modulus = number_of(state_->key.get(), OSSL_PKEY_PARAM_RSA_N),
        .exponent = number_of(state_->key.get(), OSSL_PKEY_PARAM_RSA_E),
    };
}

}  // namespace starkeep::codec
