// SPDX-License-Identifier: Apache-2.0
// The keys of the talk with one worker and the id of its task, as they are
// sealed in the memory.
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "protocol/appliance_link.hpp"
#include "protocol/task.hpp"

namespace starkeep::appliance {

struct WorkerKeys {
    protocol::LinkKeys link;
    protocol::TaskId task;
};

Secret pack_keys(const WorkerKeys& keys);
/// Errors: Corrupt.
Result<WorkerKeys> unpack_keys(const Secret& packed);

}  // namespace starkeep::appliance
