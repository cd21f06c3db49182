// SPDX-License-Identifier: Apache-2.0
#include "appliance/secret_box.hpp"

#include "appliance/key_file.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/aead.hpp"
#include "codec/hash.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace starkeep::appliance {

namespace {

constexpr std::size_t kSaltBytes = 16;

codec::Aead cipher_for(const codec::Key256& key, ByteView salt)
{
    codec::Key256 derived;
    codec::hkdf_sha256(key.bytes, salt, as_bytes("starkeep secret at rest"), derived.bytes);
    return codec::Aead(derived);
}

}  // namespace

Result<SecretBox> SecretBox::open(const std::filesystem::path& key_file)
{
    TRY_LET(const codec::Key256 key, appliance::key_file(key_file));
    return SecretBox(key);
}

Bytes SecretBox::seal(const Secret& secret, std::string_view place) const
{
    Bytes sealed(kSaltBytes + secret.reveal().size() + codec::kAeadTagBytes);
    const std::span<std::byte> salt = std::span(sealed).first(kSaltBytes);
    const std::span<std::byte> text = std::span(sealed).subspan(kSaltBytes, secret.reveal().size());
    sys::fill_random(salt);
    std::ranges::copy(as_bytes(secret.reveal()), text.begin());
    cipher_for(key_, salt)
        .seal(
            codec::Nonce{}, {as_bytes(place)}, text, std::span(sealed).last<codec::kAeadTagBytes>()
        );
    return sealed;
}

Result<Secret> SecretBox::open(ByteView sealed, std::string_view place) const
{
    const auto damaged = [place] {
        return Error{
            ErrorCode::Corrupt,
            "the stored secret of " + std::string(place) + " does not open",
            "Its key file is another one, or the database was changed from outside; give the "
            "secret again with update."
        };
    };
    if (sealed.size() < kSaltBytes + codec::kAeadTagBytes) {
        return damaged();
    }
    Bytes text(sealed.size() - kSaltBytes - codec::kAeadTagBytes);
    if (!cipher_for(key_, sealed.first(kSaltBytes))
             .open(codec::Nonce{}, {as_bytes(place)}, sealed.subspan(kSaltBytes), text)
             .ok()) {
        return damaged();
    }
    Secret secret{std::string(as_text(text))};
    codec::wipe(text);
    return secret;
}

}  // namespace starkeep::appliance
