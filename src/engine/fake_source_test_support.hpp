// SPDX-License-Identifier: Apache-2.0
// A source in memory whose rows, guards and fingerprints a test sets, the wrong ones too.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "source/model.hpp"
#include "source/reader.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::engine {

inline constexpr std::size_t kRowsPerFakeLeaf = 4;

inline Bytes fake_key(std::size_t leaf)
{
    return {std::byte(leaf >> 24U), std::byte(leaf >> 16U), std::byte(leaf >> 8U), std::byte(leaf)};
}

struct FakeTable {
    std::string name = "public.t";
    bool planned = true;
    std::size_t leaves_per_unit = 3;
    std::size_t first_leaf = 0;
    std::string row_form = "copy-text";
    std::string column = "id";
    Json guard = {{"node", 1}};
    std::vector<std::string> rows;      ///< without the newline
    bool constant_fingerprint = false;  ///< a broken source: rows change, fingerprints do not
    bool no_fingerprint = false;
    std::size_t dropped_at_read = 0;  ///< a broken source: so many rows fewer than planned
};

/// What the source has and what was read of it.
struct FakeWorld {
    std::vector<FakeTable> tables;
    std::string definitions = "definitions";
    std::string url = "fake://world/shop";
    bool comparable = true;
    bool trusted = true;
    std::vector<std::string> doubtful;
    std::atomic<std::size_t> rows_read{0};
};

class FakeConnection final : public source::Connection {
public:
    explicit FakeConnection(FakeWorld& world) : world_(world) {}

    Result<std::vector<source::LeafPlan>>
    plan(const source::Object& object, const source::KeyRange& unit) override
    {
        std::vector<source::LeafPlan> plans;
        const FakeTable& table = find(object);
        for (std::size_t leaf = 0; leaf * kRowsPerFakeLeaf < table.rows.size(); ++leaf) {
            const Bytes key = fake_key(table.first_leaf + leaf);
            if (!contains(unit, key)) {
                continue;
            }
            std::string all;
            std::uint64_t rows = 0;
            for (const std::string& row : rows_of(table, leaf)) {
                all += row;
                ++rows;
            }
            const std::string seen = table.constant_fingerprint
                                         ? std::string("same")
                                         : codec::digest_of_row(as_bytes(all)).hex();
            plans.push_back(
                {.key = key,
                 .rows = rows,
                 .fingerprint = table.no_fingerprint ? Bytes() : to_bytes(seen)}
            );
        }
        return plans;
    }

    Result<void> read(
        const source::Object& object,
        std::span<const source::KeyRange> wanted,
        source::RowSink& sink
    ) override
    {
        const FakeTable& table = find(object);
        const std::size_t leaves = (table.rows.size() + kRowsPerFakeLeaf - 1) / kRowsPerFakeLeaf;
        std::size_t left_to_drop = table.dropped_at_read;
        for (const source::KeyRange& range : wanted) {
            for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
                if (!contains(range, fake_key(table.first_leaf + leaf))) {
                    continue;
                }
                for (const std::string& row : rows_of(table, leaf)) {
                    if (left_to_drop > 0) {
                        --left_to_drop;
                        continue;
                    }
                    ++world_.rows_read;
                    // In two pieces, as a wide row comes.
                    const std::string line = row + "\n";
                    TRY(sink.piece(as_bytes(line).first(line.size() / 2), false));
                    TRY(sink.piece(as_bytes(line).subspan(line.size() / 2), true));
                }
            }
        }
        return {};
    }

private:
    const FakeTable& find(const source::Object& object) const
    {
        for (const FakeTable& table : world_.tables) {
            if (table.name == object.name) {
                return table;
            }
        }
        return world_.tables.front();
    }
    static bool contains(const source::KeyRange& range, const Bytes& key)
    {
        return range.lower <= key && (range.open || key < range.upper);
    }
    static std::span<const std::string> rows_of(const FakeTable& table, std::size_t leaf)
    {
        const std::size_t begin = leaf * kRowsPerFakeLeaf;
        return std::span(table.rows)
            .subspan(begin, std::min(kRowsPerFakeLeaf, table.rows.size() - begin));
    }

    FakeWorld& world_;
};

class FakeReader final : public source::DatabaseReader {
public:
    explicit FakeReader(FakeWorld& world) : world_(world)
    {
        for (const FakeTable& table : world.tables) {
            source::Object object;
            object.name = table.name;
            object.kind = "table";
            object.row_form = table.row_form;
            object.columns = {{.name = table.column, .type = "text"}};
            object.guard = table.guard;
            object.has_leaf_plan = table.planned;
            object.units = units(table);
            objects_.push_back(std::move(object));
        }
    }

    const std::string& database() const override { return database_; }
    const std::vector<source::Object>& objects() const override { return objects_; }
    const Json& facts() const override { return facts_; }
    const std::vector<std::string>& left_out() const override { return left_out_; }
    Result<std::vector<source::NamedThing>> without_rows() override
    {
        return std::vector<source::NamedThing>{{.kind = "view", .name = "public.glance"}};
    }
    bool comparable(const Json& /*earlier_facts*/) const override { return world_.comparable; }
    const std::string& consistency() const override { return consistency_; }
    Result<void> definitions(const std::function<Result<void>(ByteView)>& sink) override
    {
        return sink(as_bytes(world_.definitions));
    }
    Result<std::unique_ptr<source::Connection>> connect(std::stop_token stop) override
    {
        if (stop.stop_requested()) {
            return Error{ErrorCode::Cancelled, "stopped"};
        }
        return std::unique_ptr<source::Connection>(std::make_unique<FakeConnection>(world_));
    }
    Result<source::ViewEnd> finish() override
    {
        return source::ViewEnd{.trusted = world_.trusted, .doubtful = world_.doubtful};
    }

private:
    static std::vector<source::KeyRange> units(const FakeTable& table)
    {
        std::vector<source::KeyRange> units;
        const std::size_t leaves = (table.rows.size() + kRowsPerFakeLeaf - 1) / kRowsPerFakeLeaf;
        units.push_back({});
        for (std::size_t leaf = table.leaves_per_unit; table.planned && leaf < leaves;
             leaf += table.leaves_per_unit) {
            units.back().upper = fake_key(leaf);
            units.back().open = false;
            units.push_back({.lower = fake_key(leaf), .upper = {}, .open = true});
        }
        return units;
    }

    FakeWorld& world_;
    std::string database_ = "shop";
    std::vector<source::Object> objects_;
    Json facts_ = Json::object();
    std::vector<std::string> left_out_;
    std::string consistency_ = "single-snapshot";
};

class FakeSource final : public source::Source {
public:
    explicit FakeSource(FakeWorld& world) : world_(world) {}
    const std::string& kind() const override { return kind_; }
    std::string url() const override { return world_.url; }
    Result<std::vector<std::string>> databases() override
    {
        return std::vector<std::string>{"shop"};
    }
    Result<std::unique_ptr<source::DatabaseReader>> open(const std::string& /*database*/) override
    {
        return std::unique_ptr<source::DatabaseReader>(std::make_unique<FakeReader>(world_));
    }

private:
    FakeWorld& world_;
    std::string kind_ = "fake";
};

}  // namespace starkeep::engine
