// SPDX-License-Identifier: Apache-2.0
#include "codec/aead.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"

#include <openssl/evp.h>
#include <openssl/types.h>

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <memory>
#include <span>

namespace starkeep::codec {

namespace {

struct CipherDeleter {
    void operator()(EVP_CIPHER* cipher) const noexcept { EVP_CIPHER_free(cipher); }
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

const unsigned char* raw(ByteView bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* raw(std::span<std::byte> bytes)
{
    return reinterpret_cast<unsigned char*>(bytes.data());
}

/// OpenSSL counts in int; the format's records are far below.
int length(std::size_t size)
{
    ENSURE(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    return static_cast<int>(size);
}

const EVP_CIPHER* algorithm()
{
    static const std::unique_ptr<EVP_CIPHER, CipherDeleter> kCipher(
        EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)
    );
    ENSURE(kCipher != nullptr);
    return kCipher.get();
}

}  // namespace

struct Aead::State {
    std::unique_ptr<EVP_CIPHER_CTX, CipherDeleter> context;
};

Aead::Aead(const Key256& key) : state_(std::make_unique<State>())
{
    state_->context.reset(EVP_CIPHER_CTX_new());
    ENSURE(state_->context != nullptr);
    ENSURE(
        EVP_CipherInit_ex2(
            state_->context.get(), algorithm(), raw(ByteView(key.bytes)), nullptr, 1, nullptr
        ) == 1
    );
}

Aead::~Aead() = default;
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;

void Aead::seal(
    const Nonce& nonce,
    std::initializer_list<ByteView> authenticated,
    std::span<std::byte> text,
    std::span<std::byte, kAeadTagBytes> tag
)
{
    EVP_CIPHER_CTX* context = state_->context.get();
    int written = 0;
    ENSURE(EVP_CipherInit_ex2(context, nullptr, nullptr, raw(ByteView(nonce)), 1, nullptr) == 1);
    for (const ByteView piece : authenticated) {
        ENSURE(EVP_CipherUpdate(context, nullptr, &written, raw(piece), length(piece.size())) == 1);
    }
    ENSURE(EVP_CipherUpdate(context, raw(text), &written, raw(text), length(text.size())) == 1);
    ENSURE(EVP_CipherFinal_ex(context, raw(text), &written) == 1);
    ENSURE(
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, length(tag.size()), tag.data()) == 1
    );
}

Result<void> Aead::open(
    const Nonce& nonce,
    std::initializer_list<ByteView> authenticated,
    ByteView sealed,
    std::span<std::byte> out
)
{
    if (sealed.size() < kAeadTagBytes) {
        return Error{ErrorCode::Corrupt, "sealed bytes are shorter than their tag"};
    }
    const std::size_t size = sealed.size() - kAeadTagBytes;
    ENSURE(out.size() == size);
    Bytes tag(sealed.begin() + static_cast<std::ptrdiff_t>(size), sealed.end());
    EVP_CIPHER_CTX* context = state_->context.get();
    int written = 0;
    ENSURE(EVP_CipherInit_ex2(context, nullptr, nullptr, raw(ByteView(nonce)), 0, nullptr) == 1);
    for (const ByteView piece : authenticated) {
        ENSURE(EVP_CipherUpdate(context, nullptr, &written, raw(piece), length(piece.size())) == 1);
    }
    ENSURE(EVP_CipherUpdate(context, raw(out), &written, raw(sealed), length(size)) == 1);
    ENSURE(
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, length(tag.size()), tag.data()) == 1
    );
    if (EVP_CipherFinal_ex(context, raw(out), &written) != 1) {
        return Error{ErrorCode::Corrupt, "authentication fails"};
    }
    return {};
}

}  // namespace starkeep::codec
