// SPDX-License-Identifier: Apache-2.0
// Long-running operations: the records that clients poll, in the form that each provider gives them.
#pragma once

#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/settings.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

/// How the two URLs and the status body look. Source: azure README 2.4, table "LRO URL forms per provider".
enum class OperationForm : std::uint8_t {
    Network,
    PrivateDns,
    Compute,
    Storage,
    Group,
    Postgres,
    Cosmos
};

struct Failure {
    std::string code;
    std::string message;
};

struct Operation {
    std::string id;
    std::string name;  ///< as in operations.tsv
    OperationForm form = OperationForm::Network;
    std::string method;    ///< of the call that began it
    std::string resource;  ///< key
    std::string status_path{};
    std::string result_path{};
    std::chrono::sys_seconds begun{};
    std::optional<std::chrono::sys_seconds> ended{};
    std::optional<Failure> failure{};
    Json output{};  ///< of an action
    int polls_left = 0;
    bool never_ends = false;
};

/// Thread: one at a time; the control plane holds its lock.
class Operations {
public:
    Operations(const Settings& settings, const sys::Clock& clock)
        : settings_(&settings), clock_(&clock)
    {
    }

    struct Start {
        OperationForm form = OperationForm::Network;
        std::string name;
        std::string method;
        std::string subscription;
        std::string region;
        std::string resource_id;  ///< spelled
        std::string api_version;
        bool never_ends = false;
    };
    Operation& begin(const Start& start);
    /// The headers of the answer that began it.
    http::Headers headers(const Operation& operation) const;

    Operation* find(std::string_view id);
    void end(Operation& operation, std::optional<Failure> failure, Json output);

    enum class Question : std::uint8_t { Status, Result };
    /// Which of an operation's URLs this path is.
    std::optional<Question>
    question(const Operation& operation, std::string_view path, bool is_monitor) const;
    /// Counts as a poll. `resource`: what a GET of the resource shows now; null when it is gone.
    Answer answer(Operation& operation, Question question, const Json& resource);

    /// For the state file: what is still running ends as Failed when it is loaded.
    Json save() const;
    void load(const Json& saved);

private:
    bool is_running(const Operation& operation) const;
    Json status_body(const Operation& operation, bool is_running) const;

    const Settings* settings_;
    const sys::Clock* clock_;
    std::map<std::string, Operation, std::less<>> operations_;
};

}  // namespace starkeep::localcloud
