// SPDX-License-Identifier: Apache-2.0
// From the URL that a person writes to the driver that understands it.
#pragma once

#include "base/result.hpp"
#include "source/reader.hpp"
#include "source/writer.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace starkeep::source {

/// Errors: InvalidInput for a scheme that no driver has; otherwise the driver's.
Result<std::unique_ptr<Source>> open_source(const std::string& url, std::stop_token stop);

/// Nothing is changed at the server before DatabaseWriter::create().
Result<std::unique_ptr<DatabaseWriter>>
open_writer(const std::string& url, const std::string& database, WriteRequest request);

/// The database that the URL names, if it names one. Errors: InvalidInput.
Result<std::optional<std::string>> database_of(std::string_view url);

/// The same server, another database. Errors: InvalidInput.
Result<std::string> url_with_database(std::string_view url, std::string_view database);

/// For messages and for the repository. Errors: InvalidInput.
Result<std::string> url_without_password(std::string_view url);

/// Whether the URL itself shows a password to everybody who can list processes.
bool has_password(std::string_view url);

/// Succeeds as well when there is no such database.
Result<void>
drop_database(const std::string& url, const std::string& database, std::stop_token stop);

}  // namespace starkeep::source
