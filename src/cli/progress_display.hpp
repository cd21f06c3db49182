// SPDX-License-Identifier: Apache-2.0
// Shows the progress of long work on standard error: a bar on a terminal, a line now and then elsewhere.
#pragma once

#include "engine/progress.hpp"
#include "sys/clock.hpp"

#include <string>
#include <thread>

namespace starkeep::cli {

/// Shows from its making to its destruction, on a thread of its own.
class ProgressDisplay {
public:
    explicit ProgressDisplay(const engine::Progress& progress);
    ~ProgressDisplay();
    ProgressDisplay(const ProgressDisplay&) = delete;
    ProgressDisplay& operator=(const ProgressDisplay&) = delete;

private:
    void show(const std::stop_token& stop);
    std::string line() const;

    const engine::Progress& progress_;
    const bool terminal_;
    sys::Stopwatch stopwatch_;
    std::jthread thread_;  // last: it uses all the others
};

}  // namespace starkeep::cli
