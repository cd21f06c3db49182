// SPDX-License-Identifier: Apache-2.0
// A backup in a test's memory, without reader and repository, and its way back through the writer.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/model.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/copy_stream.hpp"
#include "source/postgres/open_writer.hpp"
#include "source/postgres/server_facts.hpp"
#include "source/reader.hpp"
#include "source/writer.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "testing/postgres_server.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

class RowCollector final : public RowSink {
public:
    Result<void> piece(ByteView data, bool row_ends) override
    {
        row_ += as_text(data);
        if (row_ends) {
            rows.push_back(std::exchange(row_, {}));
        }
        return {};
    }

    std::vector<std::string> rows;

private:
    std::string row_;
};

/// By object: rows in their row form.
using RowsByObject = std::map<std::string, std::vector<std::string>>;

struct TestBackup {
    std::string definitions_path;
    Json facts;
    std::vector<Object> objects;
    RowsByObject rows;

    const Object& object(const std::string& name) const
    {
        return *std::ranges::find(objects, name, &Object::name);
    }
};

/// pg_dump's own text of a database's definitions, without what differs from run to run.
inline Result<std::string>
definitions_text(const testing::PostgresServer& server, const std::string& database)
{
    std::string text;
    TRY_LET(
        const sys::ProcessResult done,
        sys::run_process(
            {.arguments =
                 {(testing::postgres_bin_directory() / "pg_dump").string(),
                  "--schema-only",
                  server.url(database)}},
            [&](ByteView piece) -> Result<void> {
                text += as_text(piece);
                return {};
            },
            {}
        )
    );
    if (done.exit_status != 0) {
        return Error{ErrorCode::Rejected, done.error_output};
    }
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        const std::string line = text.substr(at, end - at);
        if (!line.starts_with("\\")) {
            out += line;
        }
        at = end;
    }
    return out;
}

inline Result<std::vector<Object>> test_objects(ServerConnection& connection)
{
    std::vector<Object> objects;
    TRY_LET(
        const Rows tables,
        connection.query("select c.oid, format('%I.%I', n.nspname, c.relname) from pg_class c "
                         "join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' "
                         "and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', "
                         "'starkeep_restore')")
    );
    for (int i = 0; i < tables.size(); ++i) {
        Object object;
        object.name = tables.text(i, 1);
        object.kind = "table";
        object.row_form = "copy-text";
        TRY_LET(
            const Rows columns,
            connection.query(
                "select attname, format_type(atttypid, atttypmod) from pg_attribute "
                "where attrelid = $1::oid and attnum > 0 and not attisdropped "
                "and attgenerated = '' order by attnum",
                std::array{std::string(tables.text(i, 0))}
            )
        );
        for (int k = 0; k < columns.size(); ++k) {
            object.columns.push_back(
                {.name = std::string(columns.text(k, 0)), .type = std::string(columns.text(k, 1))}
            );
        }
        objects.push_back(std::move(object));
    }
    return objects;
}

inline Object large_objects()
{
    Object object;
    object.name = "pg_catalog.pg_largeobject";
    object.kind = "large_objects";
    return object;
}

/// Rows of all tables and large objects, sorted.
inline Result<RowsByObject>
test_rows(ServerConnection& connection, const std::vector<Object>& objects)
{
    RowsByObject all;
    for (const Object& object : objects) {
        std::string columns;
        for (const Column& column : object.columns) {
            columns += (columns.empty() ? "" : ", ") + quoted_identifier(column.name);
        }
        const std::string sql =
            object.kind == "large_objects"
                ? "copy (select loid, pageno, data from pg_largeobject) to stdout"
                : "copy (select " + columns + " from only " + object.name + ") to stdout";
        RowCollector collector;
        TRY(copy_stream(connection, sql, collector));
        std::ranges::sort(collector.rows);
        all[object.name] = std::move(collector.rows);
    }
    return all;
}

/// The rows of a database as they are now.
inline Result<RowsByObject>
rows_of(const testing::PostgresServer& server, const std::string& database)
{
    TRY_LET(ServerConnection connection, ServerConnection::open(server.url(database), {}, {}));
    TRY_LET(std::vector<Object> objects, test_objects(connection));
    objects.push_back(large_objects());
    return test_rows(connection, objects);
}

/// Backs a database up; the archive lies in the server's directory.
inline Result<TestBackup>
back_up(const testing::PostgresServer& server, const std::string& database)
{
    TestBackup backup;
    backup.definitions_path = (server.directory() / (database + ".dump")).string();
    TRY_LET(
        const sys::ProcessResult done,
        sys::run_process(
            {.arguments =
                 {(testing::postgres_bin_directory() / "pg_dump").string(),
                  "-Fc",
                  "-Z0",
                  "--schema-only",
                  "-f",
                  backup.definitions_path,
                  server.url(database)}},
            [](ByteView) -> Result<void> { return {}; },
            {}
        )
    );
    if (done.exit_status != 0) {
        return Error{ErrorCode::Rejected, done.error_output};
    }
    TRY_LET(ServerConnection connection, ServerConnection::open(server.url(database), {}, {}));
    TRY_LET(backup.facts, load_facts(connection));
    TRY_LET(backup.objects, test_objects(connection));
    backup.objects.push_back(large_objects());
    TRY_LET(backup.rows, test_rows(connection, backup.objects));
    return backup;
}

/// The backup with words of its definitions and facts in place of others that are as long.
inline Result<TestBackup>
altered(TestBackup backup, const std::map<std::string, std::string>& words)
{
    TRY_LET(const Bytes bytes, sys::read_file(backup.definitions_path, std::uint64_t{1} << 30U));
    std::string definitions(as_text(bytes));
    std::string facts = json::format(backup.facts);
    for (const auto& [word, other] : words) {
        for (std::string* text : {&definitions, &facts}) {
            for (std::size_t at = 0; (at = text->find(word, at)) != std::string::npos;) {
                text->replace(at, word.size(), other);
            }
        }
        backup.definitions_path += "." + other;
    }
    TRY(sys::write_file_durably(backup.definitions_path, as_bytes(definitions)));
    TRY_LET(backup.facts, json::parse(facts));
    return backup;
}

struct RestoreOptions {
    std::string url;
    std::string database;
    /// Object to target; empty: the whole database.
    std::map<std::string, std::string> only;
    std::map<std::string, std::string> renames;
    IfExists if_exists = IfExists::Fail;
    std::string key = "key";
    unsigned jobs = 3;
    std::stop_token stop;
};

inline WriteRequest write_request(const TestBackup& backup, const RestoreOptions& options)
{
    WriteRequest request;
    request.restore_key = options.key;
    request.whole_database = options.only.empty();
    request.if_exists = options.if_exists;
    request.facts = backup.facts;
    request.definitions_path = backup.definitions_path;
    request.jobs = options.jobs;
    request.stop = options.stop;
    for (const Object& object : backup.objects) {
        const auto only = options.only.find(object.name);
        if (!options.only.empty() && only == options.only.end()) {
            continue;
        }
        const auto renamed = options.renames.find(object.name);
        std::string target = object.name;
        if (only != options.only.end()) {
            target = only->second;
        } else if (renamed != options.renames.end()) {
            target = renamed->second;
        }
        request.placements.push_back({.object = object, .target = target});
    }
    return request;
}

inline Result<std::unique_ptr<DatabaseWriter>>
open_test_writer(const TestBackup& backup, const RestoreOptions& options)
{
    return open_postgres_writer(options.url, options.database, write_request(backup, options));
}

/// Loads units of at most `unit_rows` rows; stops before unit number `stop_at` of all.
inline Result<void> load(
    DatabaseWriter& writer,
    const TestBackup& backup,
    const RestoreOptions& options,
    std::size_t stop_at = SIZE_MAX
)
{
    constexpr std::size_t kUnitRows = 100;
    TRY_LET(const std::unique_ptr<Loader> loader, writer.connect({}));
    std::size_t units = 0;
    for (const Placement& placement : write_request(backup, options).placements) {
        const std::vector<std::string>& rows = backup.rows.at(placement.object.name);
        for (std::size_t at = 0; at < rows.size(); at += kUnitRows) {
            if (units++ == stop_at) {
                return {};
            }
            TRY_LET(const bool wanted, loader->begin(placement, std::to_string(at)));
            if (!wanted) {
                continue;
            }
            const std::size_t end = std::min(at + kUnitRows, rows.size());
            for (std::size_t i = at; i < end; ++i) {
                TRY(loader->write(as_bytes(rows[i])));
            }
            TRY(loader->end(end - at));
        }
    }
    return {};
}

/// All steps; answers with what was left out.
inline Result<std::vector<std::string>>
restore(const TestBackup& backup, const RestoreOptions& options)
{
    TRY_LET(const std::unique_ptr<DatabaseWriter> writer, open_test_writer(backup, options));
    TRY(writer->create());
    TRY(load(*writer, backup, options));
    TRY(writer->finish([](const std::string&) {}));
    return writer->left_out();
}

}  // namespace starkeep::source::postgres
