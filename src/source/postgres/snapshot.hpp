// SPDX-License-Identifier: Apache-2.0
// The one view that all connections of a backup share, and the session that keeps it.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/catalog.hpp"
#include "source/postgres/connection.hpp"
#include "source/reader.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace starkeep::source::postgres {

/// A REPEATABLE READ, READ ONLY transaction that stays open, with ACCESS SHARE locks on all tables that are read.
class Snapshot {
public:
    /// Errors: those of ServerConnection and load_catalog(); Unsupported for a server that is too old; Conflict when a
    /// table was rewritten or removed between the view and its lock.
    static Result<Snapshot>
    open(const std::string& url, const std::string& database, std::stop_token stop);

    /// A new session in the same view, of the same server: a name of a view says nothing about whose it is.
    /// Errors: Conflict when the view is lost, or something between us and the server keeps it from us.
    Result<ServerConnection> join(std::stop_token stop) const;

    const std::string& id() const { return id_; }
    const Json& history() const { return history_; }
    const Catalog& catalog() const { return catalog_; }
    ServerConnection& holder() { return holder_; }

    /// Errors: Conflict when the session that keeps the view is gone.
    Result<void> check_alive();
    /// Whether a crash now could take back a transaction that the view sees. Waits at most some seconds.
    Result<bool> is_durable();
    /// Guards read afresh, outside the view, beside those of the view. Where they cannot be read, after some attempts,
    /// nothing is trusted. Errors: Cancelled.
    Result<ViewEnd> compare_guards();

private:
    Snapshot(ServerConnection holder, std::string url)
        : holder_(std::move(holder)), url_(std::move(url))
    {
    }

    Result<void> lock_tables();
    Result<bool> is_flushed();
    Result<ViewEnd> compare_guards_now();

    ServerConnection holder_;
    std::string url_;
    std::string id_;
    Json history_;
    Catalog catalog_;
};

}  // namespace starkeep::source::postgres
