// SPDX-License-Identifier: Apache-2.0
// The nouns of the format: references, leaves, segments, restore points. Source: docs/repository-format.md.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "codec/digest.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace starkeep::repository {

enum class RecordType : std::uint8_t { Chunk = 1, Segment = 2, Manifest = 3, Directory = 255 };

/// Where a record lies and what it must be.
struct Reference {
    PackId pack;
    std::uint32_t offset = 0;
    std::uint32_t stored_bytes = 0;
    std::uint32_t plain_bytes = 0;
    ContentId id;

    bool operator==(const Reference&) const = default;
};

Json to_json(const Reference& reference);
Result<Reference> reference_from_json(const Json& json);

struct Leaf {
    Bytes key;
    std::uint64_t rows = 0;
    codec::Digest digest;
    Bytes fingerprint;
    std::vector<Reference> chunks;
};

/// For messages: "leaf 0000002a", or "the first leaf", whose key is empty.
std::string leaf_name(const Leaf& leaf);

struct Segment {
    Bytes lower;
    Bytes upper;
    bool open = true;
    std::vector<Leaf> leaves;
};

/// Deterministic. Errors of decode: Corrupt for anything that section 5 of the format does not allow.
Bytes encode_segment(const Segment& segment);
Result<Segment> decode_segment(ByteView bytes);

struct PointDatabase {
    std::string name;
    Reference manifest;
    std::vector<PackId> packs;
    std::uint64_t generation =
        0;  ///< backups in a row, up to this one, that could build upon the one before
};

/// A restore point as the log tells it.
struct Point {
    PointId id;
    std::string source;
    std::string kind;
    std::string time;  ///< RFC 3339, UTC
    std::map<std::string, std::string> labels;
    std::string consistency;
    /// Its fingerprints may serve the next backup. False as well when a later point of the source is not trusted.
    bool trusted = false;
    std::uint64_t rows = 0;
    std::uint64_t objects = 0;
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_new = 0;
    std::uint64_t bytes_stored = 0;
    std::vector<PointDatabase> databases;
    std::uint64_t sequence = 0;  ///< of the log entry that adds it; 0 before
};

}  // namespace starkeep::repository
