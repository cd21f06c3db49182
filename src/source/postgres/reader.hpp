// SPDX-License-Identifier: Apache-2.0
// One PostgreSQL database in one view, as the engine reads it.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"
#include "source/model.hpp"
#include "source/postgres/snapshot.hpp"
#include "source/reader.hpp"

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

class PostgresReader final : public DatabaseReader {
public:
    /// Errors: those of Snapshot::open() and load_facts().
    static Result<std::unique_ptr<DatabaseReader>>
    open(const std::string& url, const std::string& database, std::stop_token stop);

    const std::string& database() const override { return database_; }
    const std::vector<Object>& objects() const override { return objects_; }
    const Json& facts() const override { return facts_; }
    const std::vector<std::string>& left_out() const override
    {
        return snapshot_.catalog().left_out;
    }
    Result<std::vector<NamedThing>> without_rows() override;
    bool comparable(const Json& earlier_facts) const override;
    const std::string& consistency() const override { return consistency_; }
    Result<void> definitions(const std::function<Result<void>(ByteView)>& sink) override;
    Result<std::unique_ptr<Connection>> connect(std::stop_token stop) override;
    Result<ViewEnd> finish() override;

private:
    PostgresReader(Snapshot snapshot, std::string database)
        : snapshot_(std::move(snapshot)), database_(std::move(database))
    {
    }

    Snapshot snapshot_;
    std::string database_;
    std::string consistency_ = "single-snapshot";
    std::vector<Object> objects_;
    std::map<std::string, std::string> conditions_;  ///< of tables that have one
    Json facts_;
};

}  // namespace starkeep::source::postgres
