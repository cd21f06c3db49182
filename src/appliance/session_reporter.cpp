// SPDX-License-Identifier: Apache-2.0
#include "appliance/session_reporter.hpp"

#include "appliance/sessions.hpp"
#include "base/result.hpp"
#include "engine/progress.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>

namespace starkeep::appliance {

namespace {

constexpr std::chrono::milliseconds kEvery{500};

}  // namespace

Result<void> TaskReporter::begin(std::string_view step, const std::string& detail)
{
    step_ = step;
    return sessions_.set_step(session_, task_, step_, StepState::Running, detail);
}

Result<void> TaskReporter::end(std::string_view step, StepState state, const std::string& detail)
{
    TRY(sessions_.set_step(session_, task_, std::string(step), state, detail));
    return log(state == StepState::Failed ? "error" : "info", std::string(step) + ": " + detail);
}

Result<void> TaskReporter::log(std::string_view level, const std::string& text)
{
    return sessions_.log(session_, task_, level, text);
}

ProgressKeeper::ProgressKeeper(const engine::Progress& progress, const TaskReporter& reporter)
    : progress_(progress), reporter_(reporter), thread_([this](const std::stop_token& stop) {
        while (sys::wait_for(stop, kEvery)) {
            keep();
        }
    })
{
}

ProgressKeeper::~ProgressKeeper()
{
    thread_.request_stop();
    thread_.join();
    keep();
}

void ProgressKeeper::keep() const
{
    // A line of progress that is lost is followed by the next.
    static_cast<void>(reporter_.sessions().set_progress(
        reporter_.session(),
        reporter_.task(),
        {{"phase", progress_.phase()},
         {"bytes_done", progress_.bytes_done.load()},
         {"bytes_total", progress_.bytes_total.load()},
         {"rows", progress_.rows.load()}}
    ));
}

}  // namespace starkeep::appliance
