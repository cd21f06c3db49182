// SPDX-License-Identifier: Apache-2.0
// The name of one worker, from which the names of all that belongs to it follow.
#pragma once

#include "protocol/worker_config.hpp"

namespace starkeep::fleet {

/// Random; chosen and stored before anything is made, so that a launch run again finds its own things.
using WorkerId = protocol::WorkerId;

}  // namespace starkeep::fleet
