// SPDX-License-Identifier: Apache-2.0
// What shall go wrong, and when: read from a file that a test may change while the cloud runs.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::localcloud {

/// One call's bad luck. All parts may be there at once.
struct Fault {
    std::optional<Answer> answer;        ///< given instead of doing anything
    std::chrono::milliseconds delay{0};  ///< before anything else
    bool never_ends = false;             ///< the long-running operation stays in progress
    std::optional<Json> late_failure;    ///< {"code","message"}: the operation ends as Failed
};

/// Shape:  {"seed":1,"faults":[{"operation":"VirtualMachines_CreateOrUpdate","path":"*starkeep*","call":2,"times":3,
/// "probability":0.5,"delay_ms":100,"answer":{"status":429,"code":"TooManyRequests","message":"…","retry_after":3,
/// "body":{},"is_bare":true},"never_ends":true,"late_failure":{"code":"AllocationFailed","message":"…"}}]}
/// `operation` as in operations.tsv, alone or behind its provider and a slash, with '*' for any text; `call` counts the
/// calls that match, from 1, and is 1 when missing; `times` is how many from there on fail, 1 when missing, 0 for ever.
/// Thread: any.
class FaultPlan {
public:
    /// No file there: no faults.
    explicit FaultPlan(std::filesystem::path file) : file_(std::move(file)) {}

    /// What the file says about this call, which is counted.
    /// Errors: those of files; Corrupt.
    Result<Fault>
    next(std::string_view provider, std::string_view operation, std::string_view path);

private:
    std::uint64_t count(const std::string& entry);

    std::filesystem::path file_;
    Mutex mutex_;
    std::map<std::string, std::uint64_t> calls_ GUARDED_BY(mutex_);
};

/// Whether `text` is `pattern`, in which '*' stands for any text; without case.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace starkeep::localcloud
