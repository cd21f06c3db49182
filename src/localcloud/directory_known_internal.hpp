// SPDX-License-Identifier: Apache-2.0
// A principal together with what only its token endpoint looks at.
#pragma once

#include "localcloud/directory.hpp"

#include <string>

namespace starkeep::localcloud {

struct Directory::Known {
    Principal principal;
    std::string secret;
    bool is_expired = false;
};

}  // namespace starkeep::localcloud
