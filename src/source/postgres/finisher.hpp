// SPDX-License-Identifier: Apache-2.0
// All that follows the rows, in its order.
#pragma once

#include "base/result.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/step_runner.hpp"

#include <memory>
#include <utility>

namespace starkeep::source::postgres {

class Finisher {
public:
    /// Opens the connections. Both arguments must outlive this.
    static Result<std::unique_ptr<Finisher>> open(const RestoreContext& context, const Tell& tell);

    /// All steps but the last.
    Result<void> run();
    /// The last step: the journal goes and event triggers come, both or neither. What this run and those before it left
    /// out.
    Result<LeftOut> conclude();

private:
    Finisher(const RestoreContext& context, std::unique_ptr<StepRunner> steps)
        : context_(context), steps_(std::move(steps))
    {
    }

    Result<void> resume_suspended();
    Result<LeftOut> noted();
    Result<void> make_event_triggers(LeftOut& left_out);

    const RestoreContext& context_;
    std::unique_ptr<StepRunner> steps_;
};

}  // namespace starkeep::source::postgres
