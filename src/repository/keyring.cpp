// SPDX-License-Identifier: Apache-2.0
#include "repository/keyring.hpp"

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "codec/hash.hpp"
#include "repository/model.hpp"

#include <cstddef>
#include <string_view>

namespace starkeep::repository {

namespace {

codec::Key256 derive(const codec::Key256& master, ByteView salt, std::string_view info)
{
    codec::Key256 key;
    codec::hkdf_sha256(master.bytes, salt, as_bytes(info), key.bytes);
    return key;
}

}  // namespace

Keyring::Keyring(const RepositoryId& id, const codec::Key256& master_key)
    : repository(id)
    , master(master_key)
    , chunking(derive(master, id.view(), "starkeep chunking"))
    , id_hash(derive(master, id.view(), "starkeep id").bytes)
{
}

codec::Key256 Keyring::pack_key(const PackId& pack) const
{
    return derive(master, pack.view(), "starkeep pack");
}

codec::Key256 Keyring::object_key(ByteView salt) const
{
    return derive(master, salt, "starkeep object");
}

ContentId Keyring::content_id(RecordType type, ByteView plain) const
{
    const auto type_byte = static_cast<std::byte>(type);
    return {.bytes = id_hash.of({ByteView(&type_byte, 1), plain})};
}

}  // namespace starkeep::repository
