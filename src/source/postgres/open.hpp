// SPDX-License-Identifier: Apache-2.0
// The way in to a PostgreSQL server as a source.
#pragma once

#include "base/result.hpp"
#include "source/reader.hpp"

#include <memory>
#include <stop_token>
#include <string>

namespace starkeep::source::postgres {

/// A URL with a database means that one, without a database all that the role may connect to, templates and databases
/// of the service's own aside.
/// Errors: InvalidInput, Denied, NotFound, Unavailable, Cancelled, as a connection has them: one is made.
Result<std::unique_ptr<Source>> open_postgres(const std::string& url, std::stop_token stop);

}  // namespace starkeep::source::postgres
