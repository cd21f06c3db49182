// SPDX-License-Identifier: Apache-2.0
// RSA signatures over SHA-256 (JWT's RS256): make a key, sign, publish, verify.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <memory>
#include <string_view>

namespace starkeep::codec {

/// The public half as a JWKS publishes it.
/// Shape:  big-endian without leading zero.
struct RsaPublicNumbers {
    Bytes modulus;
    Bytes exponent;
};

/// Thread: sign() and verify() from any number at once.
class RsaKey {
public:
    /// A new key of 2048 bits. Cost: about 0.1 s.
    static RsaKey generate();
    /// Errors: Corrupt when `pem` is no unencrypted RSA private key of 2048 to 8192 bits.
    static Result<RsaKey> parse_pem(std::string_view pem);

    ~RsaKey();
    RsaKey(RsaKey&&) noexcept;
    RsaKey& operator=(RsaKey&&) noexcept;

    /// PKCS #8.
    Secret format_pem() const;
    /// Source: RFC 8017 section 8.2 (RSASSA-PKCS1-v1_5) with SHA-256.
    Bytes sign_sha256(ByteView message) const;
    bool verifies_sha256(ByteView message, ByteView signature) const;
    RsaPublicNumbers public_numbers() const;

private:
    struct State;
    explicit RsaKey(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace starkeep::codec
