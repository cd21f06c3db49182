// SPDX-License-Identifier: Apache-2.0
// AES-256-GCM: bytes that nobody can read or change without the key.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>

namespace starkeep::codec {

inline constexpr std::size_t kAeadTagBytes = 16;
using Nonce = std::array<std::byte, 12>;

/// One key's cipher. A (key, nonce) pair must never seal two different texts: the caller's keys are random or derived
/// from a random salt, and its nonces are positions.
/// Thread: one at a time; contexts are kept from call to call. Source: NIST SP 800-38D.
class Aead {
public:
    explicit Aead(const Key256& key);
    ~Aead();
    Aead(Aead&&) noexcept;
    Aead& operator=(Aead&&) noexcept;

    /// Encrypts `text` in place and writes the tag. `authenticated` pieces are bound to it, concatenated.
    void seal(
        const Nonce& nonce,
        std::initializer_list<ByteView> authenticated,
        std::span<std::byte> text,
        std::span<std::byte, kAeadTagBytes> tag
    );

    /// Decrypts `sealed`, which ends with its tag, into `out`, 16 bytes shorter.
    /// Errors: Corrupt when the tag differs; `out` then holds nothing of use.
    Result<void> open(
        const Nonce& nonce,
        std::initializer_list<ByteView> authenticated,
        ByteView sealed,
        std::span<std::byte> out
    );

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace starkeep::codec
