// SPDX-License-Identifier: Apache-2.0
// A whole small repository for the tests of check and prune: databases with a table, points, dead writers' packs.
#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "codec/digest.hpp"
#include "repository/fixture_test.hpp"
#include "repository/maintenance.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "repository/write_session.hpp"
#include "store/store.hpp"
#include "sys/random.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::repository {

inline Secret test_password()
{
    return Secret("correct horse");
}

/// Appends one leaf of one row per number, in a table of one segment, with its manifest. Answers the point to commit.
inline Result<Point> write_table(WriteSession& session, const std::vector<unsigned>& rows)
{
    const std::unique_ptr<Appender> appender = session.appender();
    Manifest manifest{
        .database = "shop",
        .definitions = {},
        .facts = Json::object(),
        .left_out = {},
        .objects = {}
    };
    TRY_LET(
        const Reference definition, appender->add(RecordType::Chunk, as_bytes("PGDMP of the shop"))
    );
    manifest.definitions.push_back(definition);
    ManifestObject table;
    table.name = "public.orders";
    table.kind = "table";
    table.row_form = "copy-text";
    table.guard = Json::object();
    table.facts = Json::object();
    Segment segment;
    std::vector<PackId> packs{definition.pack};
    for (const unsigned number : rows) {
        const Bytes row = text_of(number, 3000);
        TRY_LET(const Reference chunk, appender->add(RecordType::Chunk, row));
        segment.leaves.push_back({
            .key = {static_cast<std::byte>(segment.leaves.size())},
            .rows = 1,
            .digest = codec::digest_of_row(row),
            .fingerprint = {},
            .chunks = {chunk},
        });
        table.rows += 1;
        table.bytes += row.size();
        table.digest += segment.leaves.back().digest;
        packs.push_back(chunk.pack);
    }
    TRY_LET(const Reference described, appender->add(RecordType::Segment, encode_segment(segment)));
    table.segments.push_back(described);
    packs.push_back(described.pack);
    manifest.objects.push_back(std::move(table));
    TRY_LET(
        const Reference whole,
        appender->add(RecordType::Manifest, as_bytes(encode_manifest(manifest)))
    );
    TRY(appender->flush());
    Point point = point_of(1, whole, packs);
    point.id = sys::random_id<PointId>();
    return point;
}

inline Result<PointId> back_up(Repository& repository, const std::vector<unsigned>& rows)
{
    TRY_LET(const std::unique_ptr<WriteSession> session, WriteSession::begin(repository));
    TRY_LET(const Point point, write_table(*session, rows));
    TRY(session->commit(point));
    return point.id;
}

inline std::unique_ptr<Repository> open_repository(store::Store& store)
{
    auto repository = Repository::open(store, test_password());
    EXPECT_TRUE(repository.ok()) << repository.error().text();
    return std::move(repository).value();
}

inline std::unique_ptr<Repository> new_repository(store::Store& store)
{
    const auto created = Repository::create(store, test_password());
    EXPECT_TRUE(created.ok()) << created.error().text();
    return open_repository(store);
}

/// Reads every byte of the repository.
inline CheckReport check_everything(Repository& repository)
{
    auto report = Maintenance(repository).check({.read_data_percent = 100}, {});
    EXPECT_TRUE(report.ok()) << report.error().text();
    return report.ok() ? std::move(report).value() : CheckReport{};
}

inline void expect_sound(Repository& repository, std::size_t points)
{
    const CheckReport report = check_everything(repository);
    EXPECT_EQ(report.points, points);
    for (const std::string& damage : report.damages) {
        ADD_FAILURE() << damage;
    }
}

}  // namespace starkeep::repository
