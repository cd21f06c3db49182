// SPDX-License-Identifier: Apache-2.0
// Long-running operations that outlive a crash: told to the sink while they run, waited for in the next run.
#pragma once

#include "azure/arm/client.hpp"
#include "base/result.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"

#include <string>
#include <utility>

namespace starkeep::fleet {

/// Waits for what an earlier run began under this key, if anything. True when that ended well, so that it need not be
/// begun again; what failed, or what Azure has forgotten, is begun again.
/// Errors: Cancelled, Unavailable, Throttled, Denied: it may still go on, and stays remembered.
Result<bool> finish_remembered(const Services& services, StepSink& sink, const std::string& key);

/// Tells the sink of the operation as long as it runs.
azure::arm::Wait remembering(const Services& services, StepSink& sink, const std::string& key);

/// Whether an error leaves open that the operation still goes on.
bool may_go_on(const Error& error);

/// `begin` takes a Wait and runs the operation to its end.
template <typename Begin>
Result<void>
run_once(const Services& services, StepSink& sink, const std::string& key, const Begin& begin)
{
    TRY_LET(const bool is_done, finish_remembered(services, sink, key));
    if (is_done) {
        return {};
    }
    auto ended = begin(remembering(services, sink, key));
    if (ended.ok() || !may_go_on(ended.error())) {
        TRY(sink.forget(key));
    }
    return ended.ok() ? Result<void>() : std::move(ended).error();
}

}  // namespace starkeep::fleet
