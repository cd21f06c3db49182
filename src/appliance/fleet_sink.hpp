// SPDX-License-Identifier: Apache-2.0
// The fleet's steps and unfinished operations, kept in the memory of a session.
#pragma once

#include "appliance/session_reporter.hpp"
#include "base/result.hpp"
#include "fleet/step_sink.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace starkeep::appliance {

class FleetSink final : public fleet::StepSink {
public:
    explicit FleetSink(TaskReporter& reporter) : reporter_(reporter) {}

    void report(std::string_view step, fleet::StepState state, std::string_view detail) override;
    Result<void> remember(const std::string& key, const std::string& operation) override;
    Result<std::optional<std::string>> remembered(const std::string& key) override;
    Result<void> forget(const std::string& key) override;

private:
    TaskReporter& reporter_;
};

}  // namespace starkeep::appliance
