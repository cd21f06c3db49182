// SPDX-License-Identifier: Apache-2.0
// Definitions of a database by pg_dump, and which pg_dump fits.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "source/postgres/url.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace starkeep::source::postgres {

/// Full path of PostgreSQL's client program `name` ("pg_dump", "pg_restore") for a server of major version `major`: the same
/// version if it is installed, otherwise the next newer one. Looks into the folders of STARKEEP_PG_BINDIR,
/// joined by ':', alone when that is set, otherwise below /usr/lib/postgresql and on PATH.
/// Errors: Unsupported, with the Debian package to install.
Result<std::string> find_client_program(const std::string& name, int major);

struct DumpRequest {
    int major = 0;
    std::string snapshot;    ///< empty: one of its own
    std::string connection;  ///< ServerConnection::conninfo()
    Parameters environment;  ///< ServerConnection::environment()
    std::stop_token stop;
};

/// Streams an archive in custom format, uncompressed, without rows.
/// Errors: Unsupported as above; Rejected with what pg_dump said; Cancelled; what the sink says.
Result<void>
dump_schema(const DumpRequest& request, const std::function<Result<void>(ByteView)>& sink);

}  // namespace starkeep::source::postgres
