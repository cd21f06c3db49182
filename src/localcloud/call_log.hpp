// SPDX-License-Identifier: Apache-2.0
// The log that tests read: every call and every change of an operation's state, one JSON object a line.
#pragma once

#include "base/mutex.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <cstdint>
#include <filesystem>
#include <utility>

namespace starkeep::localcloud {

/// Shape:  {"n":1,"time":"…","kind":"call","service":"arm","method","path","query","operation","status","principal",
/// "request_id","client_request_id","code"} and {"n","time","kind":"operation","id","operation","resource","state","code"}.
/// Bodies and headers are not in it, and no value of a query but api-version's.
/// Thread: any.
class CallLog {
public:
    CallLog(std::filesystem::path file, const sys::Clock& clock)
        : file_(std::move(file)), clock_(&clock)
    {
    }

    /// Adds number and time. A log that cannot be written is no reason to refuse a call: it goes missing.
    void add(Json entry);

private:
    std::filesystem::path file_;
    const sys::Clock* clock_;
    Mutex mutex_;
    std::uint64_t count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace starkeep::localcloud
