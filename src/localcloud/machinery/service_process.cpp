// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/service_process.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "sys/clock.hpp"
#include "sys/process.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>

namespace starkeep::localcloud {

namespace {

constexpr std::chrono::milliseconds kFirstPause{200};
constexpr std::chrono::milliseconds kLongestPause{10'000};
constexpr std::chrono::milliseconds kLook{20};
/// A program that ran this long was well: the next pause is the first again.
constexpr double kWellSeconds = 30;

}  // namespace

ServiceProcess::ServiceProcess(
    const NetworkNamespace& inside, sys::Command command, std::filesystem::path log
)
    : log_(std::move(log))
{
    // The shell only opens the log and becomes the program.
    std::vector<std::string> arguments{
        "nsenter",
        "--net=" + inside.path().string(),
        "sh",
        "-c",
        "exec \"$@\" >>\"$0\" 2>&1",
        log_.string()
    };
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    command.arguments = std::move(arguments);
    runner_ = std::jthread([this, command = std::move(command)](const std::stop_token& stop) {
        std::chrono::milliseconds pause = kFirstPause;
        while (!stop.stop_requested()) {
            const sys::Stopwatch watch;
            ++starts_;
            static_cast<void>(sys::run_process(
                command, [](ByteView) -> Result<void> { return {}; }, stop
            ));
            pause =
                watch.seconds() > kWellSeconds ? kFirstPause : std::min(pause * 2, kLongestPause);
            sys::wait_for(stop, pause);
        }
    });
}

Result<void> ServiceProcess::wait_until(
    const std::function<bool()>& is_ready, std::chrono::seconds patience
) const
{
    const sys::Stopwatch watch;
    while (!is_ready()) {
        if (watch.seconds() > static_cast<double>(patience.count())) {
            return Error{
                ErrorCode::TimedOut,
                "a server did not answer within " + std::to_string(patience.count()) + " s and " +
                    std::to_string(starts_.load()) + " starts",
                "Its own words are in " + log_.string() + "."
            };
        }
        sys::wait_for({}, kLook);
    }
    return {};
}

Result<std::string> run_tool(const sys::Command& command)
{
    std::string output;
    TRY_LET(
        const sys::ProcessResult ran,
        sys::run_process(
            command,
            [&](ByteView bytes) -> Result<void> {
                output += as_text(bytes);
                return {};
            },
            {}
        )
    );
    if (ran.exit_status != 0) {
        return Error{
            ErrorCode::Rejected,
            command.arguments.front() + " ended with status " + std::to_string(ran.exit_status) +
                ": " + ran.error_output
        };
    }
    return output;
}

}  // namespace starkeep::localcloud
