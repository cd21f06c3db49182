// SPDX-License-Identifier: Apache-2.0
// All that follows the rows: sequences, indexes, constraints, triggers, grants, materialized views, statistics.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/journal.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/script_lexer.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// Every step is one transaction with its entry in the journal, so that a resumed run carries on behind it.
class Finisher {
public:
    using Tell = std::function<void(const std::string&)>;

    /// Opens the connections. Both arguments must outlive this.
    static Result<std::unique_ptr<Finisher>> open(const RestoreContext& context, const Tell& tell);

    /// All steps but the last.
    Result<void> run();
    /// The last step: the journal goes and event triggers come, both or neither. What this run and those before it left
    /// out.
    Result<LeftOut> conclude();

private:
    struct Step {
        std::string key;    ///< in the journal
        std::string label;  ///< for people
        std::function<Result<void>(ServerConnection&, LeftOut&)> act;
    };

    Finisher(const RestoreContext& context, const Tell& tell) : context_(context), tell_(tell) {}

    Result<void> set_sequences();
    Result<void> make_after_rows();
    Result<void> resume_suspended();
    Result<void> annotate();
    Result<void> annotate_database();
    Result<std::set<QualifiedName>> unpopulated_views() const;
    Result<void> refresh_views();
    Result<void> analyze();
    Result<LeftOut> noted();
    Result<void> make_event_triggers(LeftOut& left_out);

    Result<void> run_step(ServerConnection& connection, const Step& step);
    Result<void> run_alone(const Step& step) { return run_step(connections_.front(), step); }
    void tell(const std::string& label);

    std::vector<const ArchiveEntry*> entries_after_rows() const;
    bool is_deferred_attachment(const ArchiveEntry& entry) const;
    bool is_wanted(const ArchiveEntry& entry) const;
    bool needs_kept(const ArchiveEntry& entry) const;
    bool is_about_event_trigger(const ArchiveEntry& entry) const;
    ParallelStep parallel_step(const ArchiveEntry& entry);
    Step entry_step(const ArchiveEntry& entry);
    Result<void>
    make_entry(ServerConnection& connection, const ArchiveEntry& entry, LeftOut& left_out) const;
    Result<bool>
    has_primary_key_already(ServerConnection& connection, const ArchiveEntry& entry) const;
    std::string sequence_policy(const QualifiedName& name) const;

    const RestoreContext& context_;
    const Tell& tell_;
    Mutex tell_mutex_;
    std::vector<ServerConnection> connections_;
};

}  // namespace starkeep::source::postgres
