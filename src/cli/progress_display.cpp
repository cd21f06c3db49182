// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_display.hpp"

#include "cli/output.hpp"
#include "engine/progress.hpp"
#include "sys/clock.hpp"
#include "sys/host.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stop_token>
#include <string>

namespace starkeep::cli {

namespace {

constexpr std::chrono::milliseconds kFrame{200};
constexpr std::chrono::milliseconds kSparse{10'000};
constexpr std::size_t kBarWidth = 24;

std::string bar(double share)
{
    const auto full = static_cast<std::size_t>(share * static_cast<double>(kBarWidth));
    return "[" + std::string(full, '#') + std::string(kBarWidth - full, '.') + "]";
}

}  // namespace

ProgressDisplay::ProgressDisplay(const engine::Progress& progress)
    : progress_(progress)
    , terminal_(sys::is_terminal(STDERR_FILENO))
    , thread_([this](const std::stop_token& stop) { show(stop); })
{
}

ProgressDisplay::~ProgressDisplay()
{
    thread_.request_stop();
    thread_.join();
    if (terminal_) {
        // The bar gives its line back.
        static_cast<void>(std::fputs("\r\033[K", stderr));
    }
}

void ProgressDisplay::show(const std::stop_token& stop)
{
    while (sys::wait_for(stop, terminal_ ? kFrame : kSparse)) {
        std::string text = line();
        if (terminal_) {
            text = "\r\033[K" + text.substr(0, sys::terminal_width() - 1);
        } else {
            text += '\n';
        }
        static_cast<void>(std::fputs(text.c_str(), stderr));
        static_cast<void>(std::fflush(stderr));
    }
}

std::string ProgressDisplay::line() const
{
    const std::uint64_t done = progress_.bytes_done;
    // An estimate, which the work may pass.
    const std::uint64_t total = std::max<std::uint64_t>(progress_.bytes_total, done);
    const double share = total == 0 ? 0 : static_cast<double>(done) / static_cast<double>(total);
    const double seconds = std::max(stopwatch_.seconds(), 0.001);
    return fmt::format(
        "{} {:3.0f} %  {} of about {}  {} rows  {}/s  {}",
        bar(share),
        share * 100,
        format_bytes(done),
        format_bytes(total),
        format_count(progress_.rows),
        format_bytes(static_cast<std::uint64_t>(static_cast<double>(done) / seconds)),
        progress_.phase()
    );
}

}  // namespace starkeep::cli
