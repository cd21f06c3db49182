// SPDX-License-Identifier: Apache-2.0
// One task, done by the engine in this process as the command of the same name would do it.
#pragma once

#include "azure/cloud.hpp"
#include "engine/progress.hpp"
#include "protocol/event.hpp"
#include "protocol/task.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::worker {

struct TaskEnd {
    /// Finished with the document that the command prints with --json and the exit status that it ends with, or Failed.
    protocol::Event last_word;
    /// What the command would warn of.
    std::vector<std::string> warnings{};
};

/// No stop is one of these tasks.
TaskEnd run_task(
    const protocol::SecretTask& task,
    const azure::Cloud& cloud,
    engine::Progress& progress,
    std::stop_token stop
);

}  // namespace starkeep::worker
