// SPDX-License-Identifier: Apache-2.0
// Who gets through to a public endpoint.
#pragma once

#include "localcloud/machinery.hpp"
#include "localcloud/machinery/fabric.hpp"

namespace starkeep::localcloud {

/// A subnet counts only when it has the service endpoint, as in Azure; machines of networks have no public address of their
/// own that a rule could name.
bool is_allowed(const AccessRules& rules, const Caller& caller);

}  // namespace starkeep::localcloud
