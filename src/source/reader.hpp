// SPDX-License-Identifier: Apache-2.0
// Reading one database in one consistent view.
#pragma once

#include "base/result.hpp"
#include "source/model.hpp"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::source {

/// Receives rows as they arrive. A row may come in several pieces; the last has `row_ends`.
class RowSink {
public:
    RowSink() = default;
    virtual ~RowSink() = default;
    RowSink(const RowSink&) = delete;
    RowSink& operator=(const RowSink&) = delete;
    virtual Result<void> piece(ByteView data, bool row_ends) = 0;
};

/// One connection inside the view. Thread: used by one thread at a time.
class Connection {
public:
    Connection() = default;
    virtual ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Leaves of `unit` that hold at least one row, in key order. Only for objects with a leaf plan.
    virtual Result<std::vector<LeafPlan>> plan(const Object& object, const KeyRange& unit) = 0;

    /// Streams the rows of `wanted` (ascending, not overlapping), range after range, each in key order.
    virtual Result<void>
    read(const Object& object, std::span<const KeyRange> wanted, RowSink& sink) = 0;
};

struct NamedThing {
    std::string kind;  ///< "view", "sequence", …
    std::string name;  ///< in the form of Object::name
};

struct ViewEnd {
    /// Whether the next backup may trust fingerprints of this view: all that it saw is durable at the server, and its
    /// history went on to the end. Not those of doubtful objects.
    bool trusted = false;
    /// Objects whose rows may not fit their definitions: what prints them changed while they were read. Theirs alone: of
    /// all others it is known that nothing did.
    std::vector<std::string> doubtful;
};

/// Holds the view open. Connections must be closed before it.
class DatabaseReader {
public:
    DatabaseReader() = default;
    virtual ~DatabaseReader() = default;
    DatabaseReader(const DatabaseReader&) = delete;
    DatabaseReader& operator=(const DatabaseReader&) = delete;

    virtual const std::string& database() const = 0;
    virtual const std::vector<Object>& objects() const = 0;
    /// Facts of the database for the restore (sequences, owners, settings, extensions, large object owners, …).
    virtual const Json& facts() const = 0;
    /// Names of what is not in the backup, with the reason.
    virtual const std::vector<std::string>& left_out() const = 0;
    /// What has a name that a person could take for an object's, and yet no rows to back up: views, sequences, ….
    virtual Result<std::vector<NamedThing>> without_rows() = 0;
    /// Whether fingerprints of the view with these facts and of this one tell of the same history: same server, same
    /// timeline, no counter that can have wrapped between. False costs a full read, nothing else.
    virtual bool comparable(const Json& earlier_facts) const = 0;
    /// "single-snapshot".
    virtual const std::string& consistency() const = 0;

    /// Streams the definitions (a pg_dump archive in custom format) piece by piece.
    virtual Result<void> definitions(const std::function<Result<void>(ByteView)>& sink) = 0;
    /// Errors: Cancelled once `stop` is requested while a connection waits.
    virtual Result<std::unique_ptr<Connection>> connect(std::stop_token stop) = 0;
    /// To be called when all was read. Errors: Conflict when the view was lost.
    virtual Result<ViewEnd> finish() = 0;
};

/// A server; opens its databases.
class Source {
public:
    Source() = default;
    virtual ~Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    virtual const std::string& kind() const = 0;  ///< "postgres" or "mongo"
    virtual std::string
    url() const = 0;  ///< without password: identifies the source in the repository
    virtual Result<std::vector<std::string>> databases() = 0;
    virtual Result<std::unique_ptr<DatabaseReader>> open(const std::string& database) = 0;
};

}  // namespace starkeep::source
