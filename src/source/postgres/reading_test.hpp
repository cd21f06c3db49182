// SPDX-License-Identifier: Apache-2.0
// Short ways for tests to look at a database through the reader.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "source/model.hpp"
#include "source/postgres/open.hpp"
#include "source/reader.hpp"
#include "testing/postgres_server.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

/// Keeps whole rows.
class RowList final : public RowSink {
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

inline Result<std::unique_ptr<DatabaseReader>>
read_database(const testing::PostgresServer& server, const std::string& database = "postgres")
{
    TRY_LET(const std::unique_ptr<Source> source, open_postgres(server.url(database), {}));
    return source->open(database);
}

/// Errors: NotFound.
inline Result<Object> find_object(const DatabaseReader& reader, const std::string& name)
{
    const auto found = std::ranges::find(reader.objects(), name, &Object::name);
    if (found == reader.objects().end()) {
        return Error{ErrorCode::NotFound, "no object " + name};
    }
    return *found;
}

/// All rows, unit by unit.
inline Result<std::vector<std::string>> read_rows(DatabaseReader& reader, const std::string& name)
{
    TRY_LET(const Object object, find_object(reader, name));
    TRY_LET(const std::unique_ptr<Connection> connection, reader.connect({}));
    RowList list;
    for (const KeyRange& unit : object.units) {
        TRY(connection->read(object, std::span(&unit, 1), list));
    }
    return list.rows;
}

/// The plan of all units.
inline Result<std::vector<LeafPlan>> plan_object(DatabaseReader& reader, const std::string& name)
{
    TRY_LET(const Object object, find_object(reader, name));
    TRY_LET(const std::unique_ptr<Connection> connection, reader.connect({}));
    std::vector<LeafPlan> plans;
    for (const KeyRange& unit : object.units) {
        TRY_LET(std::vector<LeafPlan> part, connection->plan(object, unit));
        std::ranges::move(part, std::back_inserter(plans));
    }
    return plans;
}

}  // namespace starkeep::source::postgres
