// SPDX-License-Identifier: Apache-2.0
// Makes entries of an archive at the target, each in a subtransaction: what the server refuses undoes nothing else.
#pragma once

#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/rename.hpp"
#include "source/postgres/target_facts.hpp"

#include <string>
#include <string_view>

namespace starkeep::source::postgres {

/// The server understood and said no: to this statement, not to the session.
bool is_refusal(const Error& error);

/// Runs `sql` inside the open transaction, which stays usable when the server refuses.
Result<void> attempt(ServerConnection& connection, const std::string& sql);

/// Fits a session for definitions of any age: functions are not checked, nothing waits for the disk but the end.
Result<void> prepare_for_definitions(ServerConnection& connection);

/// Thread: one, that of its connection. The caller has a transaction open.
class Definer {
public:
    Definer(ServerConnection& connection, const TargetFacts& target, const Renames& renames)
        : connection_(connection), target_(target), renames_(renames)
    {
    }

    /// The entry and its owner. An owner that cannot be set is left out.
    /// Errors: the server's refusal of the definition.
    Result<void> make(const ArchiveEntry& entry, LeftOut& left_out);

    /// `sql`, a comment, grant or setting of `entry`, statement by statement; what is refused is left out.
    /// Errors: those of the session only.
    Result<void> annotate(const ArchiveEntry& entry, const std::string& sql, LeftOut& left_out);

    /// Whether a role named in `entry` is missing; then that is noted.
    bool lacks_role(const ArchiveEntry& entry, LeftOut& left_out) const;

private:
    Result<void> choose_storage(const ArchiveEntry& entry, LeftOut& left_out);
    Result<void> set_owner(const ArchiveEntry& entry, LeftOut& left_out);
    bool
    lacks_role_in(std::string_view statement, const std::string& what, LeftOut& left_out) const;

    ServerConnection& connection_;
    const TargetFacts& target_;
    const Renames& renames_;
};

}  // namespace starkeep::source::postgres
