// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/reader.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/model.hpp"
#include "source/postgres/block_range.hpp"
#include "source/postgres/catalog.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/copy_stream.hpp"
#include "source/postgres/row_query.hpp"
#include "source/postgres/schema_dump.hpp"
#include "source/postgres/server_facts.hpp"
#include "source/postgres/snapshot.hpp"
#include "source/reader.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

void append_number(Bytes& out, std::uint64_t value)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        out.push_back(static_cast<std::byte>(value >> shift));
    }
}

/// A sum of signed 64-bit numbers, which the server gives in full, modulo 2^64.
std::uint64_t modular(std::string_view decimal)
{
    std::uint64_t value = 0;
    for (const char c : decimal) {
        if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        }
    }
    return decimal.starts_with('-') ? ~value + 1 : value;
}

class PostgresConnection final : public Connection {
public:
    PostgresConnection(
        ServerConnection connection,
        const std::map<std::string, std::string>& conditions,
        const TransactionView& view
    )
        : connection_(std::move(connection)), conditions_(conditions), view_(view)
    {
    }

    Result<std::vector<LeafPlan>> plan(const Object& object, const KeyRange& unit) override;
    Result<void>
    read(const Object& object, std::span<const KeyRange> wanted, RowSink& sink) override;

private:
    Result<void> read_blocks(const Object& object, std::span<const KeyRange> wanted, RowSink& sink);
    Result<BlockRange> bounded(const Object& object, BlockRange range);
    std::string whole_query(const Object& object) const;

    ServerConnection connection_;
    const std::map<std::string, std::string>& conditions_;
    TransactionView view_;
};

/// The end of an open range, moved to the end of the relation: all rows of the view lie in blocks that exist now.
Result<BlockRange> PostgresConnection::bounded(const Object& object, BlockRange range)
{
    TRY_LET(
        const Rows rows,
        connection_.query(
            "select pg_catalog.pg_relation_size(" + quoted_literal(object.name) +
            "::regclass) / pg_catalog.current_setting('block_size')::bigint"
        )
    );
    TRY_LET(const std::uint64_t blocks, rows.number(0, 0));
    range.end = std::clamp(blocks, range.first + 1, range.end);
    return range;
}

Result<std::vector<LeafPlan>> PostgresConnection::plan(const Object& object, const KeyRange& unit)
{
    TRY_LET(BlockRange range, block_range(unit));
    TRY_LET(range, bounded(object, range));
    TRY_LET(const Rows rows, connection_.query(plan_query(object, range, view_)));
    std::vector<LeafPlan> plans;
    plans.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) {
        TRY_LET(const std::uint64_t block, rows.number(i, 0));
        LeafPlan leaf{.key = block_key(block), .rows = 0, .fingerprint = {}};
        TRY_LET(leaf.rows, rows.number(i, 1));
        TRY_LET(const std::uint64_t newest_maker, rows.number(i, 4));
        if (newest_maker < view_.oldest_running) {
            append_number(leaf.fingerprint, modular(rows.text(i, 2)));
            append_number(leaf.fingerprint, modular(rows.text(i, 3)));
        }
        plans.push_back(std::move(leaf));
    }
    return plans;
}

Result<void>
PostgresConnection::read(const Object& object, std::span<const KeyRange> wanted, RowSink& sink)
{
    Result<void> done = object.has_leaf_plan ? read_blocks(object, wanted, sink)
                                             : copy_stream(connection_, whole_query(object), sink);
    if (!done.ok()) {
        Error error = std::move(done).error().during("reading " + object.name);
        if (error.code() == ErrorCode::Denied && object.kind == "large_objects") {
            return std::move(error).with_hint("Back up as a superuser, or grant SELECT on each "
                                              "large object, or leave them out with "
                                              "--exclude pg_catalog.pg_largeobject.");
        }
        return error;
    }
    return {};
}

std::string PostgresConnection::whole_query(const Object& object) const
{
    if (object.kind == "large_objects") {
        return copy_large_objects_query();
    }
    const auto condition = conditions_.find(object.name);
    return copy_whole_query(
        object, condition == conditions_.end() ? std::string() : condition->second
    );
}

Result<void> PostgresConnection::read_blocks(
    const Object& object, std::span<const KeyRange> wanted, RowSink& sink
)
{
    constexpr std::size_t kBatch = 1000;
    std::vector<BlockRange> ranges;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        TRY_LET(const BlockRange range, block_range(wanted[i]));
        ranges.push_back(range);
        if (ranges.size() == kBatch || i + 1 == wanted.size()) {
            TRY(copy_stream(connection_, copy_query(object, ranges), sink));
            ranges.clear();
        }
    }
    return {};
}

/// Where tables come and go all the time, one of them may go between the view's first moment and its locks; another
/// moment has other luck.
Result<Snapshot>
open_snapshot(const std::string& url, const std::string& database, const std::stop_token& stop)
{
    constexpr int kMoments = 5;
    Result<Snapshot> snapshot = Snapshot::open(url, database, stop);
    for (int i = 1;
         i < kMoments && !snapshot.ok() && snapshot.error().code() == ErrorCode::Conflict;
         ++i) {
        snapshot = Snapshot::open(url, database, stop);
    }
    return snapshot;
}

}  // namespace

Result<std::unique_ptr<DatabaseReader>>
PostgresReader::open(const std::string& url, const std::string& database, std::stop_token stop)
{
    TRY_LET(Snapshot snapshot, open_snapshot(url, database, stop));
    std::unique_ptr<PostgresReader> reader(new PostgresReader(std::move(snapshot), database));
    TRY_LET(reader->facts_, load_facts(reader->snapshot_.holder()));
    reader->facts_["history"] = reader->snapshot_.history();
    for (const Table& table : reader->snapshot_.catalog().tables) {
        reader->objects_.push_back(table.object);
        if (!table.condition.empty()) {
            reader->conditions_.emplace(table.object.name, table.condition);
        }
    }
    return std::unique_ptr<DatabaseReader>(std::move(reader));
}

Result<std::vector<NamedThing>> PostgresReader::without_rows()
{
    TRY_LET(
        const Rows rows,
        snapshot_.holder().query(
            "select case c.relkind when 'v' then 'view' when 'm' then 'materialized view'\n"
            "    when 'S' then 'sequence' when 'f' then 'foreign table' when 'c' then 'type'\n"
            "    else 'index' end, pg_catalog.format('%I.%I', n.nspname, c.relname)\n"
            "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace\n"
            "where c.relkind in ('v', 'm', 'S', 'f', 'c', 'i', 'I') and n.nspname !~ '^pg_'\n"
            "    and n.nspname <> 'information_schema'\n"
            "union all\n"
            "select 'function', pg_catalog.format('%I.%I', n.nspname, p.proname)\n"
            "from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace\n"
            "where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
        )
    );
    std::vector<NamedThing> things;
    for (int i = 0; i < rows.size(); ++i) {
        things.push_back(
            {.kind = std::string(rows.text(i, 0)), .name = std::string(rows.text(i, 1))}
        );
    }
    return things;
}

bool PostgresReader::comparable(const Json& earlier_facts) const
{
    const Result<Json> earlier = json::get_object(earlier_facts, "history");
    return earlier.ok() && same_history(*earlier, snapshot_.history());
}

Result<void> PostgresReader::definitions(const std::function<Result<void>(ByteView)>& sink)
{
    return dump_schema(
        {.major = snapshot_.holder().server_version() / 10000,
         .snapshot = snapshot_.id(),
         .connection = snapshot_.holder().conninfo(),
         .environment = snapshot_.holder().environment(),
         .stop = snapshot_.holder().stop()},
        sink
    );
}

Result<std::unique_ptr<Connection>> PostgresReader::connect(std::stop_token stop)
{
    TRY_LET(ServerConnection connection, snapshot_.join(std::move(stop)));
    return std::unique_ptr<Connection>(std::make_unique<PostgresConnection>(
        std::move(connection),
        conditions_,
        TransactionView{
            .oldest_running = snapshot_.history().value("oldest_xid", std::uint64_t{0}),
            .next = snapshot_.history().value("next_xid", std::uint64_t{0})
        }
    ));
}

Result<ViewEnd> PostgresReader::finish()
{
    TRY(snapshot_.check_alive());
    TRY_LET(const bool durable, snapshot_.is_durable());
    TRY_LET(ViewEnd end, snapshot_.compare_guards());
    end.trusted = end.trusted && durable;
    return end;
}

}  // namespace starkeep::source::postgres
