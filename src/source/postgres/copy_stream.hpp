// SPDX-License-Identifier: Apache-2.0
// Rows of one COPY … TO STDOUT, read past libpq so that no row is ever held whole.
#pragma once

#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/reader.hpp"

#include <string>

namespace starkeep::source::postgres {

/// `sql` is one COPY … TO STDOUT in text format. After success the connection is as before; after a failure its protocol state
/// is unknown and it can only be closed.
/// Errors: those of a statement; what the sink says.
Result<void> copy_stream(ServerConnection& connection, const std::string& sql, RowSink& sink);

}  // namespace starkeep::source::postgres
