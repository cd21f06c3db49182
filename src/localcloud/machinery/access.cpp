// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/access.hpp"

#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/fabric.hpp"

#include <algorithm>
#include <string>

namespace starkeep::localcloud {

bool is_allowed(const AccessRules& rules, const Caller& caller)
{
    if (!rules.is_public || rules.allows_by_default) {
        return rules.is_public;
    }
    if (caller.subnet) {
        return !caller.subnet->service_endpoints.empty() &&
               std::ranges::find(rules.allowed_subnets, caller.subnet->id) !=
                   rules.allowed_subnets.end();
    }
    return std::ranges::any_of(rules.allowed_addresses, [&](const std::string& text) {
        const Result<Prefix> prefix = parse_prefix(text);
        return prefix.ok() && prefix->contains(caller.address);
    });
}

}  // namespace starkeep::localcloud
