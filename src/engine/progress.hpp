// SPDX-License-Identifier: Apache-2.0
// What a long piece of work tells whoever watches it.
#pragma once

#include "base/mutex.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace starkeep::engine {

/// Thread: written by workers, read by the display, without locks for the numbers.
class Progress {
public:
    std::atomic<std::uint64_t> bytes_done{0};   ///< logical bytes passed, reused ones included
    std::atomic<std::uint64_t> bytes_total{0};  ///< an estimate until all is done
    std::atomic<std::uint64_t> rows{0};

    void begin_phase(std::string phase)
    {
        const MutexLock lock(mutex_);
        phase_ = std::move(phase);
    }
    std::string phase() const
    {
        const MutexLock lock(mutex_);
        return phase_;
    }

private:
    mutable Mutex mutex_;
    std::string phase_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::engine
