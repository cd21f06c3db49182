// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/open.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/reader.hpp"
#include "source/postgres/url.hpp"
#include "source/reader.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

constexpr const char* kDatabases = R"sql(
select d.datname from pg_catalog.pg_database d
where d.datallowconn and not d.datistemplate and pg_catalog.has_database_privilege(d.oid, 'connect')
    and d.datname not in ('azure_maintenance', 'azure_sys')
order by 1
)sql";

class PostgresSource final : public Source {
public:
    PostgresSource(
        std::string url,
        std::string identity,
        std::vector<std::string> databases,
        std::stop_token stop
    )
        : url_(std::move(url))
        , identity_(std::move(identity))
        , databases_(std::move(databases))
        , stop_(std::move(stop))
    {
    }

    const std::string& kind() const override { return kind_; }
    std::string url() const override { return identity_; }
    Result<std::vector<std::string>> databases() override { return databases_; }
    Result<std::unique_ptr<DatabaseReader>> open(const std::string& database) override
    {
        return PostgresReader::open(url_, database, stop_);
    }

private:
    std::string kind_ = "postgres";
    std::string url_;
    std::string identity_;
    std::vector<std::string> databases_;
    std::stop_token stop_;
};

/// Some database has to be connected to before the others can be listed.
Result<ServerConnection> connect_anywhere(const std::string& url, const std::stop_token& stop)
{
    Result<ServerConnection> first = ServerConnection::open(url, "postgres", stop);
    if (first.ok() || first.error().code() != ErrorCode::NotFound) {
        return first;
    }
    return ServerConnection::open(url, std::nullopt, stop);
}

}  // namespace

Result<std::unique_ptr<Source>> open_postgres(const std::string& url, std::stop_token stop)
{
    TRY_LET(const std::optional<std::string> database, database_of(url));
    TRY_LET(
        ServerConnection connection,
        database ? ServerConnection::open(url, database, stop) : connect_anywhere(url, stop)
    );
    Parameters identity = connection.parameters();
    std::vector<std::string> databases;
    if (database) {
        databases.push_back(*database);
    } else {
        identity.erase("dbname");
        TRY_LET(const Rows rows, connection.query(kDatabases));
        for (int i = 0; i < rows.size(); ++i) {
            databases.emplace_back(rows.text(i, 0));
        }
    }
    return std::unique_ptr<Source>(std::make_unique<PostgresSource>(
        url, canonical_url(identity), std::move(databases), std::move(stop)
    ));
}

}  // namespace starkeep::source::postgres
