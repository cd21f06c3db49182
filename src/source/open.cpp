// SPDX-License-Identifier: Apache-2.0
#include "source/open.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/open.hpp"
#include "source/postgres/open_writer.hpp"
#include "source/postgres/target_database.hpp"
#include "source/postgres/url.hpp"
#include "source/reader.hpp"
#include "source/writer.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::source {

namespace {

/// The one scheme that this build has a driver for. Only what cannot hold a password is repeated.
Result<void> check_scheme(std::string_view url)
{
    if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
        return {};
    }
    const std::size_t end = url.find("://");
    std::string message = "what is given is no database URL";
    if (end != std::string_view::npos) {
        message = "no driver for " + std::string(url.substr(0, end)) + "://";
    } else if (url.find_first_of("@:=") == std::string_view::npos) {
        message = "\"" + std::string(url) + "\" is no database URL";
    }
    return Error{
        ErrorCode::InvalidInput,
        std::move(message),
        "Write postgresql://USER@HOST[:PORT][/DATABASE], for example "
        "postgresql://postgres@127.0.0.1/shop; without a database it means all of them."
    };
}

}  // namespace

Result<std::unique_ptr<Source>> open_source(const std::string& url, std::stop_token stop)
{
    TRY(check_scheme(url));
    return postgres::open_postgres(url, std::move(stop));
}

Result<std::unique_ptr<DatabaseWriter>>
open_writer(const std::string& url, const std::string& database, WriteRequest request)
{
    TRY(check_scheme(url));
    return postgres::open_postgres_writer(url, database, std::move(request));
}

Result<std::optional<std::string>> database_of(std::string_view url)
{
    TRY(check_scheme(url));
    return postgres::database_of(url);
}

Result<std::string> url_with_database(std::string_view url, std::string_view database)
{
    TRY(check_scheme(url));
    return postgres::url_with_database(url, database);
}

Result<std::string> url_without_password(std::string_view url)
{
    TRY(check_scheme(url));
    return postgres::url_without_password(url);
}

bool has_password(std::string_view url)
{
    return check_scheme(url).ok() && postgres::has_password(url);
}

Result<void>
drop_database(const std::string& url, const std::string& database, std::stop_token stop)
{
    TRY(check_scheme(url));
    return postgres::drop_database({.url = url, .database = database, .stop = std::move(stop)});
}

}  // namespace starkeep::source
