// SPDX-License-Identifier: Apache-2.0
// Rows by plan and by range, against what the table holds.
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/model.hpp"
#include "source/postgres/block_range.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/copy_stream.hpp"
#include "source/postgres/reading_test.hpp"
#include "source/reader.hpp"
#include "sys/clock.hpp"
#include "sys/host.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {
namespace {

class RowReading : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_OK_AND_LET(server_, testing::PostgresServer::start()); }

    std::unique_ptr<testing::PostgresServer> server_;
};

/// What a repository keeps of one leaf.
struct Kept {
    Bytes fingerprint;
    std::vector<std::string> rows;

    bool operator==(const Kept&) const = default;
};
using Point = std::map<Bytes, Kept>;

/// One incremental backup of public.t over `earlier`, by the rules of the engine: leaves with an equal plan are taken
/// over, the others read by one call.
Result<Point> back_up(DatabaseReader& reader, const Point& earlier, std::size_t& reused)
{
    TRY_LET(const Object object, find_object(reader, "public.t"));
    TRY_LET(const std::unique_ptr<Connection> connection, reader.connect({}));
    Point point;
    for (const KeyRange& unit : object.units) {
        TRY_LET(const std::vector<LeafPlan> plans, connection->plan(object, unit));
        std::vector<KeyRange> wanted;
        std::vector<const LeafPlan*> read;
        for (std::size_t i = 0; i < plans.size(); ++i) {
            const auto known = earlier.find(plans[i].key);
            if (known != earlier.end() && known->second.fingerprint == plans[i].fingerprint) {
                point.insert(*known);
                ++reused;
                continue;
            }
            const bool last = i + 1 == plans.size();
            wanted.push_back(
                {.lower = plans[i].key,
                 .upper = last ? unit.upper : plans[i + 1].key,
                 .open = last && unit.open}
            );
            read.push_back(&plans[i]);
        }
        RowList list;
        TRY(connection->read(object, wanted, list));
        auto row = list.rows.begin();
        for (const LeafPlan* plan : read) {
            Kept kept{.fingerprint = plan->fingerprint, .rows = {}};
            for (std::uint64_t i = 0; i < plan->rows && row != list.rows.end(); ++i) {
                kept.rows.push_back(*row++);
            }
            point.emplace(plan->key, std::move(kept));
        }
        if (row != list.rows.end()) {
            return Error{ErrorCode::Conflict, "more rows than planned"};
        }
    }
    return point;
}

std::vector<std::string> all_rows(const Point& point)
{
    std::vector<std::string> rows;
    for (const auto& [key, kept] : point) {
        rows.insert(rows.end(), kept.rows.begin(), kept.rows.end());
    }
    return rows;
}

std::string random_statement(std::mt19937_64& random)
{
    const auto id = random() % 3000;
    switch (random() % 8) {
    case 0:
    case 1:
        return fmt::format("update t set v = md5(random()::text) where id = {}", id);
    case 2:
        return fmt::format("delete from t where id between {0} and {0} + 3", id);
    case 3:
        return fmt::format(
            "insert into t select g, repeat(md5(g::text), 1 + g % 100) from generate_series({0}, "
            "{0} + 5) g"
            " on conflict (id) do update set v = 'again'",
            id
        );
    case 4:
        return fmt::format(
            "begin; savepoint a; delete from t where id = {0}; rollback to a; update t set v = v "
            "where id = {0}; commit",
            id
        );
    case 5:
        return fmt::format("begin; update t set v = 'gone' where id > {}; rollback", id);
    case 6:
        return fmt::format("begin; select from t where id = {} for update; commit", id);
    default:
        return "vacuum (freeze) t";
    }
}

TEST_F(RowReading, BuildsEveryGenerationFromReusedAndReadLeavesWhileOthersWrite)
{
    ASSERT_OK(server_->sql(
        "create table t (id int primary key, v text);"
        "insert into t select g, repeat(md5(g::text), 5) from generate_series(1, 6000) g"
    ));
    const auto seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::vector<std::jthread> writers;
    for (unsigned i = 0; i < 3; ++i) {
        writers.emplace_back([this, seed, i](const std::stop_token& stop) {
            std::mt19937_64 random(seed + i);
            auto connection = ServerConnection::open(server_->url(), {}, {});
            while (connection.ok() && !stop.stop_requested()) {
                static_cast<void>(connection->query(random_statement(random)));
                sys::wait_for(stop, std::chrono::milliseconds(20));
            }
        });
    }

    Point point;
    std::size_t reused = 0;
    for (int generation = 0; generation < 12; ++generation) {
        ASSERT_OK_AND_LET(const auto reader, read_database(*server_));
        ASSERT_OK_AND_LET(point, back_up(*reader, point, reused));
        ASSERT_OK_AND_LET(const auto truth, read_rows(*reader, "public.t"));
        ASSERT_EQ(all_rows(point), truth) << "generation " << generation;
    }
    EXPECT_GT(reused, 50U);
}

TEST_F(RowReading, ReadsThousandsOfRangesInTheirOrder)
{
    ASSERT_OK(
        server_->sql("create table t (id int, v text);"
                     "insert into t select g, repeat('x', 700) from generate_series(1, 40000) g;"
                     "analyze t")
    );
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));
    ASSERT_OK_AND_LET(const Object object, find_object(*reader, "public.t"));
    ASSERT_OK_AND_LET(const auto connection, reader->connect({}));
    std::vector<KeyRange> every_other;
    for (std::uint64_t block = 1; block < 4000; block += 2) {
        every_other.push_back(
            {.lower = block_key(block), .upper = block_key(block + 1), .open = false}
        );
    }

    RowList list;
    ASSERT_OK(connection->read(object, every_other, list));

    std::vector<int> ids;
    for (const std::string& row : list.rows) {
        ids.push_back(std::stoi(row));
    }
    EXPECT_TRUE(std::ranges::is_sorted(ids));
    ASSERT_OK_AND_LET(
        const std::string expected,
        server_->sql("select count(*) from t where (ctid::text::point)[0]::int % 2 = 1")
    );
    EXPECT_EQ(std::to_string(ids.size()) + "\n", expected);
}

TEST_F(RowReading, HoldsNoWideRowInMemory)
{
    ASSERT_OK(server_->sql("create table t (v text); alter table t alter v set storage external;"
                           "insert into t values (repeat('x', 200 * 1024 * 1024))"));
    class Counter final : public RowSink {
    public:
        Result<void> piece(ByteView data, bool row_ends) override
        {
            bytes += data.size();
            rows += row_ends ? 1 : 0;
            return {};
        }
        std::size_t bytes = 0;
        std::size_t rows = 0;
    };
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));
    ASSERT_OK_AND_LET(const Object object, find_object(*reader, "public.t"));
    ASSERT_OK_AND_LET(const auto connection, reader->connect({}));
    const std::uint64_t before = sys::peak_rss_bytes();

    Counter counter;
    ASSERT_OK(connection->read(object, object.units, counter));

    EXPECT_EQ(counter.rows, 1U);
    EXPECT_EQ(counter.bytes, 200U * 1024 * 1024 + 1);
    EXPECT_LT(sys::peak_rss_bytes() - before, 16U * 1024 * 1024);
}

TEST_F(RowReading, LeavesTheSessionFitForTheNextStatement)
{
    ASSERT_OK_AND_LET(ServerConnection connection, ServerConnection::open(server_->url(), {}, {}));
    for (int i = 0; i < 3; ++i) {
        RowList list;
        ASSERT_OK(copy_stream(connection, "copy (select generate_series(1, 10000)) to stdout", list)
        );
        ASSERT_OK_AND_LET(const Rows rows, connection.query("select 7"));
        EXPECT_EQ(list.rows.size(), 10000U);
        EXPECT_EQ(rows.text(0, 0), "7");
    }
}

TEST_F(RowReading, PassesOnWhatTheSinkAndTheServerRefuse)
{
    class Full final : public RowSink {
    public:
        Result<void> piece(ByteView /*data*/, bool /*row_ends*/) override
        {
            return Error{ErrorCode::NoSpace, "full"};
        }
    };
    ASSERT_OK_AND_LET(ServerConnection one, ServerConnection::open(server_->url(), {}, {}));
    ASSERT_OK_AND_LET(ServerConnection other, ServerConnection::open(server_->url(), {}, {}));
    Full full;
    RowList list;

    EXPECT_ERROR(
        copy_stream(one, "copy (select generate_series(1, 100000000)) to stdout", full),
        ErrorCode::NoSpace
    );
    EXPECT_ERROR(
        copy_stream(
            other, "copy (select 1 / (5 - g) from generate_series(1, 9) g) to stdout", list
        ),
        ErrorCode::Rejected
    );
}

}  // namespace
}  // namespace starkeep::source::postgres
