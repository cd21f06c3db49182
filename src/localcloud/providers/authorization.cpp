// SPDX-License-Identifier: Apache-2.0
// Microsoft.Authorization: what the caller may do.
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/route.hpp"

#include <string>
#include <vector>

namespace starkeep::localcloud {

namespace {

Answer list_permissions(Plane& plane, const Call& call)
{
    Json permission{
        {"actions", call.principal.actions}, {"notActions", call.principal.not_actions}
    };
    permission["dataActions"] = Json::array();
    permission["notDataActions"] = Json::array();
    return plane.page(call, {permission});
}

}  // namespace

void add_authorization_routes(std::vector<Route>& routes)
{
    const std::string permissions = "/providers/Microsoft.Authorization/permissions";
    routes.insert(
        routes.end(),
        {
            {"GET",
             "{RG}" + permissions,
             "Permissions_ListForResourceGroup",
             list_permissions,
             "Microsoft.Authorization/permissions/read"},
            {"GET",
             "{S}" + permissions,
             "Permissions_ListForSubscription",
             list_permissions,
             "Microsoft.Authorization/permissions/read"},
            {"GET",
             "{scope...}" + permissions,
             "Permissions_ListForResource",
             list_permissions,
             "Microsoft.Authorization/permissions/read"},
        }
    );
}

}  // namespace starkeep::localcloud
