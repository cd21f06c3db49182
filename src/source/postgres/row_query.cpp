// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/row_query.hpp"

#include "source/model.hpp"
#include "source/postgres/block_range.hpp"
#include "source/postgres/connection.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace starkeep::source::postgres {

namespace {

std::string column_list(const Object& object, std::string_view prefix)
{
    std::string out;
    for (const Column& column : object.columns) {
        out += out.empty() ? "" : ", ";
        out += fmt::format("{}.{}", prefix, quoted_identifier(column.name));
    }
    return out;
}

}  // namespace

std::string plan_query(const Object& object, const BlockRange& range, const TransactionView& view)
{
    constexpr std::uint64_t kNumbers = std::uint64_t{1} << 32U;
    // A range of places under a lateral join is a TID Range Scan for each leaf: no place has to be taken apart, which
    // costs more than the hashes. OFFSET 0 keeps the maker from being computed twice. The age of transaction 3
    // cancels out what age() counts from, leaving the distance to the view's newest transaction; a cast of xmin
    // through text is four times as slow.
    return fmt::format(
        "select g.block, f.rows, f.one, f.two, f.newest\n"
        "from pg_catalog.generate_series({0}::bigint, {1}::bigint - 1, {2}) as g(block)\n"
        "cross join lateral (\n"
        "  select count(*) as rows, sum(pg_catalog.hashtidextended(v.place, v.maker)) as one,\n"
        "         sum(pg_catalog.hashtidextended(v.place, ~v.maker)) as two,\n"
        "         {6} as newest\n"
        "  from (select t.ctid as place,\n"
        "               {4}::bigint - (((select {5}::bigint - pg_catalog.age('3'::xid)) + "
        "pg_catalog.age(t.xmin))\n"
        "                   & 4294967295) as maker\n"
        "        from only {3} as t\n"
        "        where t.ctid >= pg_catalog.format('(%s,0)', g.block)::tid\n"
        "          and t.ctid < pg_catalog.format('(%s,0)', least(g.block + {2}, {1}))::tid\n"
        "        offset 0) as v\n"
        ") as f\n"
        "where f.rows > 0",
        range.first,
        range.end,
        kLeafBlocks,
        object.name,
        static_cast<std::int64_t>(view.next) - 1,
        static_cast<std::int64_t>(view.next) - 4,
        view.next < kNumbers ? "0" : "max(v.maker)"
    );
}

std::string copy_query(const Object& object, std::span<const BlockRange> ranges)
{
    if (ranges.size() == 1) {
        // A unit that is read as a whole needs no join. No plan that the settings of the session allow leaves the order
        // of places.
        return fmt::format(
            "copy (select {} from only {} as t where t.ctid >= '{}' and t.ctid < '{}') to stdout",
            column_list(object, "t"),
            object.name,
            tid_literal(ranges[0].first),
            tid_literal(ranges[0].end)
        );
    }
    std::string lower;
    std::string upper;
    for (const BlockRange& range : ranges) {
        lower += fmt::format("{}\"{}\"", lower.empty() ? "" : ",", tid_literal(range.first));
        upper += fmt::format("{}\"{}\"", upper.empty() ? "" : ",", tid_literal(range.end));
    }
    // One statement for thousands of ranges; the nested loop that LATERAL forces keeps them in order.
    return fmt::format(
        "copy (select {} from rows from (pg_catalog.unnest('{{{}}}'::tid[]), "
        "pg_catalog.unnest('{{{}}}'::tid[]))"
        " as wanted(lower, upper)"
        " cross join lateral (select {} from only {} as t where t.ctid >= wanted.lower and t.ctid "
        "< wanted.upper"
        " offset 0) as v) to stdout",
        column_list(object, "v"),
        lower,
        upper,
        column_list(object, "t"),
        object.name
    );
}

std::string copy_whole_query(const Object& object, const std::string& condition)
{
    // The alias stays away: a condition of an extension may name the table.
    std::string columns;
    for (const Column& column : object.columns) {
        columns += (columns.empty() ? "" : ", ") + quoted_identifier(column.name);
    }
    return fmt::format(
        "copy (select {} from only {} {}) to stdout", columns, object.name, condition
    );
}

std::string copy_large_objects_query()
{
    // pg_largeobject itself is for superusers. Each lateral step depends on the one before, so the order of opening,
    // measuring and closing is fixed; 262144 is INV_READ.
    return R"sql(copy (
select m.oid, p.page, d.data
from (select oid from pg_catalog.pg_largeobject_metadata order by oid offset 0) as m
cross join lateral (select pg_catalog.lo_open(m.oid, 262144) as fd offset 0) as o
cross join lateral (select pg_catalog.lo_lseek64(o.fd, 0, 2) as size offset 0) as s
cross join lateral (
    select pg_catalog.lo_close(case when s.size >= 0 then o.fd end) as closed, greatest(s.size - 1, 0) / 2048 as last
    offset 0) as c
cross join lateral (select pg_catalog.generate_series(0::bigint, c.last) as page offset 0) as p
cross join lateral (select pg_catalog.lo_get(m.oid, p.page * 2048, 2048) as data offset 0) as d
where c.closed = 0 and (p.page = c.last or d.data <> pg_catalog.decode(pg_catalog.repeat('00', 2048), 'hex'))
) to stdout)sql";
}

}  // namespace starkeep::source::postgres
