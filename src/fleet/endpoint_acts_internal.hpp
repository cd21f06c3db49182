// SPDX-License-Identifier: Apache-2.0
// Endpoints and their names: what is wrong with one, and waiting until it is right.
#pragma once

#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/network/private_endpoints.hpp"
#include "base/result.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"

#include <string>
#include <string_view>

namespace starkeep::fleet {

/// Why the endpoint cannot be used; empty when it can.
std::string endpoint_fault(
    const azure::network::PrivateEndpoint& endpoint,
    const azure::arm::ResourceId& target,
    std::string_view group_id
);

/// Until the connection is approved; approves it itself where the target is a storage account that lets it.
/// Errors: Denied when the target's owner has to approve, or has refused; TimedOut.
Result<void> await_approval(
    const Services& services,
    StepSink& sink,
    const azure::arm::ResourceId& endpoint,
    const azure::arm::ResourceId& target,
    std::string_view group_id
);

/// One that is there already is success.
Result<void> make_zone(
    const Services& services,
    StepSink& sink,
    const azure::arm::ResourceId& zone,
    const azure::arm::Tags& tags
);

inline constexpr std::string_view kNoRecord = "no such name";

/// Why a name of the zone does not lead to the endpoint; empty when it does.
Result<std::string> record_fault(
    const Services& services,
    const azure::arm::ResourceId& endpoint,
    const azure::arm::ResourceId& zone,
    const std::string& record
);

/// Errors: TimedOut, telling what the name leads to instead.
Result<void> await_record(
    const Services& services,
    const azure::arm::ResourceId& endpoint,
    const azure::arm::ResourceId& zone,
    const std::string& record
);

}  // namespace starkeep::fleet
