// SPDX-License-Identifier: Apache-2.0
// The keys of one repository. Source: docs/repository-format.md section 2.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "codec/hash.hpp"
#include "repository/model.hpp"

namespace starkeep::repository {

/// The master key and what it derives to; wiped when it goes. Thread: const members from any number at once.
struct Keyring {
    Keyring(const RepositoryId& id, const codec::Key256& master_key);

    RepositoryId repository;
    codec::Key256 master;
    codec::Key256 chunking;
    codec::HmacSha256 id_hash;

    codec::Key256 pack_key(const PackId& pack) const;
    codec::Key256 object_key(ByteView salt) const;
    ContentId content_id(RecordType type, ByteView plain) const;
};

}  // namespace starkeep::repository
