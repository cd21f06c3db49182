// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "repository/findings_internal.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/pack_catalog_internal.hpp"
#include "repository/pack_reader.hpp"
#include "repository/point_check_internal.hpp"
#include "repository/repository.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

std::string place(const Reference& reference, RecordType type)
{
    return fmt::format(
        "{}: record at offset {}", pack_name(kind_of(type), reference.pack), reference.offset
    );
}

void require_listed(
    const PackId& pack,
    const std::unordered_set<PackId>& packs,
    const std::string& who,
    std::vector<std::string>& damages
)
{
    if (!packs.contains(pack)) {
        damages.push_back(
            fmt::format("{} needs pack {}, which its restore point does not list", who, pack.hex())
        );
    }
}

}  // namespace

PointCheck::PointCheck(const Repository& repository, PackCatalog& catalog, const Findings& known)
    : repository_(repository), catalog_(catalog), known_(known)
{
}

Result<std::vector<std::string>> PointCheck::check(const Point& point)
{
    std::vector<std::string> damages;
    for (const PointDatabase& database : point.databases) {
        Scope scope{
            .database = database,
            .packs = {database.packs.begin(), database.packs.end()},
            .damages = {}
        };
        TRY(check_database(scope));
        std::ranges::move(scope.damages, std::back_inserter(damages));
    }
    return damages;
}

Result<void> PointCheck::check_database(Scope& scope)
{
    const PointDatabase& database = scope.database;
    const std::string who = fmt::format("manifest of database {}", database.name);
    for (const PackId& pack : database.packs) {
        if (catalog_.find(pack, PackKind::Data) == nullptr &&
            catalog_.find(pack, PackKind::Metadata) == nullptr) {
            scope.damages.push_back(
                fmt::format("pack {} of database {} is missing", pack.hex(), database.name)
            );
        }
    }
    require_listed(database.manifest.pack, scope.packs, who, scope.damages);
    TRY_LET(
        const std::optional<Bytes> plain,
        read(database.manifest, RecordType::Manifest, scope.damages)
    );
    if (!plain) {
        return {};
    }
    const Result<Manifest> manifest = decode_manifest(as_text(*plain));
    const std::string where = place(database.manifest, RecordType::Manifest);
    if (!manifest.ok()) {
        scope.damages.push_back(fmt::format("{}: {}", where, manifest.error().text()));
        return {};
    }
    if (manifest->database != database.name) {
        scope.damages.push_back(fmt::format(
            "{}: is the manifest of {}, not {}", where, manifest->database, database.name
        ));
    }
    for (const Reference& reference : manifest->definitions) {
        require_listed(reference.pack, scope.packs, who, scope.damages);
        TRY_LET(const std::optional<std::string> wrong, complaint(reference, RecordType::Chunk));
        if (wrong) {
            scope.damages.push_back(*wrong);
        }
    }
    for (const ManifestObject& object : manifest->objects) {
        TRY(check_object(scope, object));
    }
    return {};
}

Result<void> PointCheck::check_object(Scope& scope, const ManifestObject& object)
{
    const std::string who = fmt::format("{} of database {}", object.name, scope.database.name);
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    codec::Digest digest;
    bool whole = true;
    bool partition = true;
    const SegmentFacts* last = nullptr;
    for (const Reference& reference : object.segments) {
        require_listed(reference.pack, scope.packs, who, scope.damages);
        TRY_LET(const SegmentFacts* facts, segment(reference));
        std::ranges::copy(facts->damages, std::back_inserter(scope.damages));
        for (const PackId& pack : facts->packs) {
            require_listed(pack, scope.packs, who, scope.damages);
        }
        if (!facts->readable) {
            whole = false;
            continue;
        }
        partition = partition && (last == nullptr ? facts->lower.empty()
                                                  : !last->open && facts->lower == last->upper);
        last = facts;
        rows += facts->rows;
        bytes += facts->bytes;
        digest += facts->digest;
    }
    if (!whole) {
        return {};
    }
    if (!partition || (last != nullptr && !last->open)) {
        scope.damages.push_back(fmt::format("{}: its units do not cover every key once", who));
    }
    if (rows != object.rows || bytes != object.bytes || digest != object.digest) {
        scope.damages.push_back(
            fmt::format("{}: rows, bytes or digest differ from the sum of its leaves", who)
        );
    }
    return {};
}

Result<const PointCheck::SegmentFacts*> PointCheck::segment(const Reference& reference)
{
    const auto key = std::pair(reference.pack, reference.offset);
    const auto found = segments_.find(key);
    if (found != segments_.end() && found->second.first == reference) {
        return &found->second.second;
    }
    SegmentFacts facts;
    TRY_LET(const std::optional<Bytes> plain, read(reference, RecordType::Segment, facts.damages));
    if (plain) {
        const std::string where = place(reference, RecordType::Segment);
        Result<Segment> segment = decode_segment(*plain);
        if (!segment.ok()) {
            facts.damages.push_back(fmt::format("{}: {}", where, segment.error().text()));
        } else {
            facts.readable = true;
            facts.open = segment->open;
            for (const Leaf& leaf : segment->leaves) {
                TRY(check_leaf(leaf, where, facts));
            }
            facts.lower = std::move(segment->lower);
            facts.upper = std::move(segment->upper);
        }
    }
    std::ranges::sort(facts.packs);
    const auto [first, end] = std::ranges::unique(facts.packs);
    facts.packs.erase(first, end);
    const auto inserted = segments_.insert_or_assign(key, std::pair(reference, std::move(facts)));
    return &inserted.first->second.second;
}

Result<void> PointCheck::check_leaf(const Leaf& leaf, std::string_view where, SegmentFacts& facts)
{
    facts.rows += leaf.rows;
    facts.digest += leaf.digest;
    for (const Reference& chunk : leaf.chunks) {
        facts.bytes += chunk.plain_bytes;
        if (facts.packs.empty() || facts.packs.back() != chunk.pack) {
            facts.packs.push_back(chunk.pack);
        }
        TRY_LET(const std::optional<std::string> wrong, complaint(chunk, RecordType::Chunk));
        if (wrong) {
            facts.damages.push_back(
                fmt::format("{} ({} of the segment in {})", *wrong, leaf_name(leaf), where)
            );
        }
    }
    return {};
}

Result<std::optional<std::string>>
PointCheck::complaint(const Reference& reference, RecordType type)
{
    const ListedPack* pack = catalog_.find(reference.pack, kind_of(type));
    if (pack == nullptr) {
        return std::optional(fmt::format("{}: the pack is missing", place(reference, type)));
    }
    if (known_.is_damaged(reference.pack)) {
        return std::optional(fmt::format("{}: the pack is damaged", place(reference, type)));
    }
    if (known_.is_damaged(reference.pack, reference.offset)) {
        return std::optional(fmt::format("{}: the record is damaged", place(reference, type)));
    }
    const Result<bool> listed = catalog_.lists(*pack, reference, type);
    if (!listed.ok() && !is_finding(listed.error())) {
        return listed.error();
    }
    if (!listed.ok()) {
        return std::optional(listed.error().text());
    }
    if (!*listed) {
        return std::optional(
            fmt::format("{}: the pack's directory lists no such record", place(reference, type))
        );
    }
    return std::optional<std::string>();
}

Result<std::optional<Bytes>>
PointCheck::read(const Reference& reference, RecordType type, std::vector<std::string>& damages)
{
    TRY_LET(const std::optional<std::string> wrong, complaint(reference, type));
    if (wrong) {
        damages.push_back(*wrong);
        return std::optional<Bytes>();
    }
    Result<Bytes> plain = repository_.read(reference, type);
    if (!plain.ok() && !is_finding(plain.error())) {
        return std::move(plain).error();
    }
    if (!plain.ok()) {
        damages.push_back(plain.error().text());
        return std::optional<Bytes>();
    }
    bytes_read_ += reference.stored_bytes;
    return std::optional(std::move(plain).value());
}

}  // namespace starkeep::repository
