// SPDX-License-Identifier: Apache-2.0
// Steps that follow the rows: each is one transaction with its entry in the journal, so that a resumed run carries on
// behind it.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "source/postgres/restore_context.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// Told what is being done.
using Tell = std::function<void(const std::string&)>;

struct Step {
    std::string key;    ///< in the journal
    std::string label;  ///< for people
    std::function<Result<void>(ServerConnection&, LeftOut&)> act;
};

/// Key of the step that makes `entry`.
std::string entry_key(const ArchiveEntry& entry);

class StepRunner {
public:
    /// With connections that are fit for definitions. `tell` must outlive this.
    static Result<std::unique_ptr<StepRunner>>
    open(const RestoreContext& context, const Tell& tell);

    /// Does nothing when the journal has the step already. What `act` leaves out is noted with it.
    Result<void> run(const Step& step) { return run_on(connections_.front(), step); }
    /// Lets run_all() run `step` beside others. Both sets as in ParallelStep.
    ParallelStep parallel(Step step, std::set<std::string> alone, std::set<std::string> shared);
    Result<void> run_all(const std::vector<ParallelStep>& steps);

    /// Thread: any.
    void tell(const std::string& label);
    /// For what is no step. Thread: not while steps run.
    ServerConnection& connection() { return connections_.front(); }

private:
    explicit StepRunner(const Tell& tell) : tell_(tell) {}
    Result<void> run_on(ServerConnection& connection, const Step& step);

    const Tell& tell_;
    Mutex tell_mutex_;
    std::vector<ServerConnection> connections_;
};

}  // namespace starkeep::source::postgres
