// SPDX-License-Identifier: Apache-2.0
// Secrets at rest: sealed under a key that lies beside the database, in a file of its own.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"

#include <filesystem>
#include <string_view>

namespace starkeep::appliance {

/// Thread: any.
class SecretBox {
public:
    /// Reads the key file (32 bytes, mode 0600), or makes it.
    /// Errors: Corrupt for a file of another length; Denied when others may read it.
    static Result<SecretBox> open(const std::filesystem::path& key_file);

    /// `place` ("accounts/prod") is bound to what is sealed: in another row it does not open.
    /// Shape: 16 bytes of salt | AES-256-GCM text | tag. Key: HKDF-SHA-256 of the key file under the salt, so that each is used once.
    Bytes seal(const Secret& secret, std::string_view place) const;

    /// Errors: Corrupt when the bytes, their place or the key are not those of seal().
    Result<Secret> open(ByteView sealed, std::string_view place) const;

private:
    explicit SecretBox(const codec::Key256& key) : key_(key) {}

    codec::Key256 key_;
};

}  // namespace starkeep::appliance
