// SPDX-License-Identifier: Apache-2.0
// What a user's connection URL says, and the URL under which the repository knows the source.
#pragma once

#include "base/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::source::postgres {

/// Keyword and value pairs as libpq names them ("host", "dbname", "password", …), percent-decoded.
using Parameters = std::map<std::string, std::string>;

/// A postgresql:// URL or a keyword=value string, as libpq reads it; nothing from the environment.
/// Errors: InvalidInput; its text does not repeat the URL, which may hold a password.
Result<Parameters> parse_url(std::string_view url);

/// Whether a password stands in the URL itself, for all on the machine to see.
bool has_password(std::string_view url);

/// The database that the URL names.
/// Errors: InvalidInput as parse_url().
Result<std::optional<std::string>> database_of(std::string_view url);

/// `postgresql://user@host:port/dbname`, percent-encoded, of resolved parameters; parts that are empty are left out.
std::string canonical_url(const Parameters& parameters);

/// The same connection to another database. Everything else stays, the password too.
/// Errors: InvalidInput as parse_url().
Result<std::string> url_with_database(std::string_view url, std::string_view database);

/// Names the source for people and for the repository: no password, password file or other parameter stays.
/// Errors: InvalidInput as parse_url().
Result<std::string> url_without_password(std::string_view url);

}  // namespace starkeep::source::postgres
