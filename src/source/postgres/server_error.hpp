// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL reports, as one of our errors: the only place that looks at SQLSTATE.
#pragma once

#include "base/error.hpp"

#include <libpq-fe.h>

#include <string>
#include <string_view>

namespace starkeep::source::postgres {

/// Source: PostgreSQL documentation, appendix A (error codes), read 2026-11-23. Unlisted states are Rejected.
ErrorCode classify(std::string_view sqlstate);

/// "server message (SQLSTATE)"; the server's hint becomes ours.
Error server_error(std::string_view sqlstate, std::string_view message, std::string_view hint);

/// The error of a statement.
Error statement_error(const PGresult* result);

/// The error of a connection that did not come about or broke; no SQLSTATE at all means Unavailable.
Error connection_error(PGconn* connection);

}  // namespace starkeep::source::postgres
