// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/machine_init.hpp"

#include "base/result.hpp"
#include "localcloud/machinery/service_unit.hpp"
#include "localcloud/machinery/unit_control.hpp"
#include "sys/clock.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr const char* kFolder = "/run/systemctl";
constexpr const char* kCalls = "/run/systemctl/calls";
/// What a pipe takes in one piece, so that two calls do not mix. Source: limits.h, PIPE_BUF on Linux.
constexpr std::size_t kLongestCall = 4096;
constexpr std::chrono::milliseconds kShutdownPatience{4'000};

Moment now_of(const sys::Stopwatch& watch)
{
    return std::chrono::duration_cast<Moment>(std::chrono::duration<double>(watch.seconds()));
}

/// Writes the answer into the caller's pipe: a line "STATUS LINES", then the lines.
void send_reply(const std::string& path, const ControlReply& reply)
{
    // Without blocking: a caller that is gone has no reader.
    const sys::UniqueFd pipe(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    const auto lines = std::ranges::count(reply.text, '\n');
    const std::string out =
        std::to_string(reply.status) + " " + std::to_string(lines) + "\n" + reply.text;
    if (pipe) {
        static_cast<void>(!::write(pipe.get(), out.data(), out.size()));
    }
}

class Init {
public:
    static Result<Init> create();

    void run()
    {
        control_.boot(now_of(watch_));
        while (!stopping_ || (!control_.is_quiet() && now_of(watch_) < stop_deadline_)) {
            wait();
            const Moment now = now_of(watch_);
            take_signals(now);
            reap(now);
            take_calls(now);
            control_.tick(now);
        }
    }

private:
    Init(sys::UniqueFd signals, sys::UniqueFd calls)
        : signals_(std::move(signals))
        , calls_(std::move(calls))
        , control_(
              {.units =
                   {"/etc/systemd/system", "/usr/local/lib/systemd/system", "/lib/systemd/system"},
               .journal = "/var/log/journal"}
          )
    {
    }

    void wait()
    {
        std::array<pollfd, 2> watched{{
            {.fd = signals_.get(), .events = POLLIN, .revents = 0},
            {.fd = calls_.get(), .events = POLLIN, .revents = 0},
        }};
        std::optional<Moment> next = control_.deadline();
        if (stopping_) {
            next = std::min(next.value_or(stop_deadline_), stop_deadline_);
        }
        const Moment left = next ? std::max(*next - now_of(watch_), Moment(0)) : Moment(-1);
        static_cast<void>(::poll(
            watched.data(),
            watched.size(),
            static_cast<int>(std::min(left, Moment(3'600'000)).count())
        ));
    }
    void take_signals(Moment now)
    {
        signalfd_siginfo info{};
        while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
            if (info.ssi_signo == SIGTERM && !stopping_) {
                stopping_ = true;
                stop_deadline_ = now + kShutdownPatience;
                control_.stop_all(now);
            }
        }
    }
    /// Orphans of the whole machine come to its first process.
    void reap(Moment now)
    {
        int status = 0;
        for (pid_t gone = ::waitpid(-1, &status, WNOHANG); gone > 0;
             gone = ::waitpid(-1, &status, WNOHANG)) {
            control_.reaped(gone, status, now);
        }
    }
    void take_calls(Moment now)
    {
        std::array<char, kLongestCall> piece{};
        const ssize_t got = ::read(calls_.get(), piece.data(), piece.size());
        if (got > 0) {
            pending_.append(piece.data(), static_cast<std::size_t>(got));
        }
        for (std::size_t end = pending_.find('\n'); end != std::string::npos;
             end = pending_.find('\n')) {
            take_call(std::string_view(pending_).substr(0, end), now);
            pending_.erase(0, end + 1);
        }
    }
    /// The caller's pipe, then the arguments, between tabs.
    void take_call(std::string_view line, Moment now)
    {
        std::vector<std::string> words;
        while (!line.empty()) {
            const std::size_t tab = std::min(line.find('\t'), line.size());
            words.emplace_back(line.substr(0, tab));
            line.remove_prefix(std::min(tab + 1, line.size()));
        }
        if (words.empty()) {
            return;
        }
        const std::string pipe =
            kFolder + std::string("/") + std::filesystem::path(words.front()).filename().string();
        words.erase(words.begin());
        control_.call(words, [pipe](const ControlReply& reply) { send_reply(pipe, reply); }, now);
    }

    sys::Stopwatch watch_;
    sys::UniqueFd signals_;
    sys::UniqueFd calls_;
    UnitControl control_;
    std::string pending_;
    bool stopping_ = false;
    Moment stop_deadline_{};
};

Result<Init> Init::create()
{
    constexpr mode_t kOwnerOnly = 0600;
    for (const char* folder : {kFolder, "/var/log/journal"}) {
        TRY(sys::make_directories(folder));
    }
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGCHLD);
    ::sigaddset(&signals, SIGTERM);
    if (::pthread_sigmask(SIG_BLOCK, &signals, nullptr) != 0 || ::mkfifo(kCalls, kOwnerOnly) != 0) {
        return sys::errno_error(errno, "making the pipe of systemctl");
    }
    sys::UniqueFd signal_fd(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
    // Open for both ways: so it never ends when a caller closes it.
    sys::UniqueFd calls(::open(kCalls, O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!signal_fd || !calls) {
        return sys::errno_error(errno, "opening the pipe of systemctl");
    }
    return Init(std::move(signal_fd), std::move(calls));
}

}  // namespace

Result<void> run_machine_init(const std::function<void()>& ready)
{
    TRY_LET(Init init, Init::create());
    ready();
    init.run();
    return {};
}

const char* const kSystemctlScript = R"script(#!/bin/bash
# Stands in for systemctl: the machine's init does what the arguments say.
pipe=$(mktemp -u /run/systemctl/reply.XXXXXXXX) && mkfifo -m 600 "$pipe" || exit 1
exec 3<>"$pipe"
IFS=$'\t'
printf '%s\n' "$pipe"$'\t'"$*" >/run/systemctl/calls
IFS=' '
read -r status count <&3
for ((i = 0; i < count; i++)); do
    IFS= read -r line <&3
    printf '%s\n' "$line"
done
rm -f "$pipe"
exit "$status"
)script";

}  // namespace starkeep::localcloud
