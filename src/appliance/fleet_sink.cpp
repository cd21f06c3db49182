// SPDX-License-Identifier: Apache-2.0
#include "appliance/fleet_sink.hpp"

#include "appliance/session_reporter.hpp"
#include "appliance/sessions.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "fleet/step_sink.hpp"
#include "json/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace starkeep::appliance {

void FleetSink::report(std::string_view step, fleet::StepState state, std::string_view detail)
{
    // A line of the session that is lost is no reason to stop making a network.
    switch (state) {
    case fleet::StepState::Running:
        static_cast<void>(reporter_.begin(step, std::string(detail)));
        break;
    case fleet::StepState::Done:
        static_cast<void>(reporter_.end(step, StepState::Done, std::string(detail)));
        break;
    case fleet::StepState::Failed:
        static_cast<void>(reporter_.end(step, StepState::Failed, std::string(detail)));
        break;
    }
}

Result<void> FleetSink::remember(const std::string& key, const std::string& operation)
{
    return reporter_.sessions().save_operation(
        reporter_.session(), reporter_.task(), "fleet/" + key, Json(), Secret(operation)
    );
}

Result<std::optional<std::string>> FleetSink::remembered(const std::string& key)
{
    TRY_LET(
        const std::optional<Sessions::Operation> found,
        reporter_.sessions().find_operation(reporter_.session(), reporter_.task(), "fleet/" + key)
    );
    if (!found || !found->sealed) {
        return std::optional<std::string>();
    }
    return std::optional(std::string(found->sealed->reveal()));
}

Result<void> FleetSink::forget(const std::string& key)
{
    return reporter_.sessions().remove_operation(
        reporter_.session(), reporter_.task(), "fleet/" + key
    );
}

}  // namespace starkeep::appliance
