// SPDX-License-Identifier: Apache-2.0
// From a registered repository to the store where it lies.
#pragma once

#include "appliance/repository_pool.hpp"
#include "azure/cloud.hpp"

namespace starkeep::appliance {

/// With the credentials that were registered, never those of the environment.
OpenStore store_opener(const azure::Cloud& cloud);

}  // namespace starkeep::appliance
