// SPDX-License-Identifier: Apache-2.0
#include "appliance/migrations.hpp"

#include "appliance/database.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::appliance {

namespace {

// A step that has been released is never changed: what follows it is a new step.
constexpr std::array kSteps = {
    // 1: the first tables. Times are RFC 3339, UTC; documents are JSON; `secrets` are sealed (secret_box.hpp).
    R"sql(
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE accounts (name TEXT PRIMARY KEY, document TEXT NOT NULL, secrets BLOB, created TEXT NOT NULL,
    changed TEXT NOT NULL) STRICT;
CREATE TABLE sources (name TEXT PRIMARY KEY, document TEXT NOT NULL, secrets BLOB, created TEXT NOT NULL,
    changed TEXT NOT NULL) STRICT;
CREATE TABLE repositories (name TEXT PRIMARY KEY, document TEXT NOT NULL, secrets BLOB, created TEXT NOT NULL,
    changed TEXT NOT NULL) STRICT;
CREATE TABLE policies (name TEXT PRIMARY KEY, document TEXT NOT NULL, secrets BLOB, created TEXT NOT NULL,
    changed TEXT NOT NULL) STRICT;
CREATE TABLE users (name TEXT PRIMARY KEY, role TEXT NOT NULL, created TEXT NOT NULL) STRICT;
CREATE TABLE tokens (id TEXT PRIMARY KEY, kind TEXT NOT NULL, user TEXT REFERENCES users(name) ON DELETE CASCADE,
    label TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, created TEXT NOT NULL, expires TEXT) STRICT;
CREATE TABLE sessions (id TEXT PRIMARY KEY, kind TEXT NOT NULL, policy TEXT NOT NULL, state TEXT NOT NULL,
    request TEXT NOT NULL, secrets BLOB, requested_by TEXT NOT NULL, cancel INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL, started TEXT, ended TEXT) STRICT;
CREATE INDEX sessions_by_time ON sessions(created);
CREATE TABLE tasks (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, name TEXT NOT NULL,
    position INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, progress TEXT,
    result TEXT, error TEXT, PRIMARY KEY (session, name)) STRICT;
CREATE TABLE steps (session TEXT NOT NULL, task TEXT NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL,
    state TEXT NOT NULL, detail TEXT NOT NULL, started TEXT, ended TEXT, PRIMARY KEY (session, task, name),
    FOREIGN KEY (session, task) REFERENCES tasks(session, name) ON DELETE CASCADE) STRICT;
CREATE TABLE operations (session TEXT NOT NULL, task TEXT NOT NULL, name TEXT NOT NULL, handle TEXT NOT NULL,
    sealed BLOB, PRIMARY KEY (session, task, name),
    FOREIGN KEY (session, task) REFERENCES tasks(session, name) ON DELETE CASCADE) STRICT;
CREATE TABLE session_log (id INTEGER PRIMARY KEY, session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    time TEXT NOT NULL, task TEXT NOT NULL, level TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE INDEX session_log_by_session ON session_log(session, id);
CREATE TABLE audit (id INTEGER PRIMARY KEY, time TEXT NOT NULL, user TEXT NOT NULL, token TEXT NOT NULL,
    operation TEXT NOT NULL, target TEXT NOT NULL, status INTEGER NOT NULL, request_id TEXT NOT NULL) STRICT;
)sql",
};

}  // namespace

std::int64_t newest_schema_version()
{
    return static_cast<std::int64_t>(kSteps.size());
}

Result<void> migrate(Database& database)
{
    TRY_LET(const std::vector<Row> answer, database.rows("PRAGMA user_version"));
    const std::int64_t found = answer.empty() ? 0 : answer[0].integer(0);
    if (found < 0 || found > newest_schema_version()) {
        return Error{
            ErrorCode::Unsupported,
            "the appliance's database has version " + std::to_string(found) +
                ", this program knows up to " + std::to_string(newest_schema_version()),
            "A newer starkeep has written it; start that one, or bring back the state folder of "
            "before the upgrade."
        };
    }
    for (std::int64_t version = found; version < newest_schema_version(); ++version) {
        TRY(database.in_transaction([&]() -> Result<void> {
            TRY(database.script(kSteps.at(static_cast<std::size_t>(version))));
            return database.script("PRAGMA user_version = " + std::to_string(version + 1));
        }));
    }
    return {};
}

}  // namespace starkeep::appliance
