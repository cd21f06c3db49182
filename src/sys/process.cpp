// SPDX-License-Identifier: Apache-2.0
#include "sys/process.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"
#include "sys/spawn_internal.hpp"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace starkeep::sys {

namespace {

constexpr std::size_t kMaxErrorOutput = std::size_t{64} << 10U;
constexpr std::chrono::seconds kGrace{5};

/// Attends to one program: its streams, the wish to stop, its end.
class Run {
public:
    Run(Spawned spawned, const OutputSink& output)
        : spawned_(std::move(spawned)), output_(output), piece_(std::size_t{64} << 10U)
    {
    }

    Result<ProcessResult> to_end(int stop_fd)
    {
        stop_fd_ = stop_fd;
        bool running = true;
        while (running) {
            std::array<pollfd, 4> watched{{
                {.fd = spawned_.ended.get(), .events = POLLIN, .revents = 0},
                {.fd = stop_fd_, .events = POLLIN, .revents = 0},
                {.fd = spawned_.output.get(), .events = POLLIN, .revents = 0},
                {.fd = spawned_.errors.get(), .events = POLLIN, .revents = 0},
            }};
            if (::poll(watched.data(), watched.size(), patience_ms()) < 0 && errno != EINTR) {
                end_early(errno_error(errno, "waiting for a program"));
                watched = {};
            }
            running = (watched[0].revents & POLLIN) == 0;
            if ((watched[1].revents & POLLIN) != 0) {
                stop_fd_ = -1;
                end_early(Error{ErrorCode::Cancelled, "stopped on request"});
            }
            // What an ended program wrote is in the pipes by now. Waiting for their end could last: a child of its own may
            // hold them open.
            take_output(!running);
            take_errors(!running);
            kill_when_impatient();
        }
        const int status = reap();
        if (failure_) {
            return std::move(*failure_);
        }
        return ProcessResult{.exit_status = status, .error_output = std::move(error_output_)};
    }

private:
    /// One piece, or what there is when `all`. Closes the stream at its end.
    template <typename Take>
    void drain(UniqueFd& from, bool all, const Take& take)
    {
        while (from) {
            const ssize_t got = ::read(from.get(), piece_.data(), piece_.size());
            if (got > 0) {
                take(ByteView(piece_).first(static_cast<std::size_t>(got)));
            } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
                from.reset();
            } else if (errno == EAGAIN) {
                return;
            }
            if (!all) {
                return;
            }
        }
    }
    void take_output(bool all)
    {
        drain(spawned_.output, all, [&](ByteView bytes) {
            if (failure_) {
                return;
            }
            if (Result<void> taken = output_(bytes); !taken.ok()) {
                end_early(std::move(taken).error());
            }
        });
    }
    void take_errors(bool all)
    {
        drain(spawned_.errors, all, [&](ByteView bytes) {
            error_output_ += as_text(bytes);
            if (error_output_.size() > kMaxErrorOutput) {
                error_output_.erase(0, error_output_.size() - kMaxErrorOutput);
            }
        });
    }
    void end_early(Error failure)
    {
        if (!failure_) {
            failure_ = std::move(failure);
            deadline_ = std::chrono::steady_clock::now() + kGrace;
            static_cast<void>(::kill(-spawned_.process, SIGTERM));
        }
    }
    int patience_ms() const
    {
        if (!failure_ || killed_) {
            return -1;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline_ - std::chrono::steady_clock::now()
        );
        return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
    }
    void kill_when_impatient()
    {
        if (failure_ && !killed_ && std::chrono::steady_clock::now() >= deadline_) {
            killed_ = true;
            static_cast<void>(::kill(-spawned_.process, SIGKILL));
        }
    }
    int reap() const
    {
        // The leader is still a zombie, so the group's number cannot be somebody else's yet.
        static_cast<void>(::kill(-spawned_.process, SIGKILL));
        int status = 0;
        while (::waitpid(spawned_.process, &status, 0) < 0 && errno == EINTR) {
        }
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

    Spawned spawned_;
    const OutputSink& output_;
    Bytes piece_;
    std::string error_output_;
    std::optional<Error> failure_;
    std::chrono::steady_clock::time_point deadline_;
    bool killed_ = false;
    int stop_fd_ = -1;
};

}  // namespace

Result<ProcessResult>
run_process(const Command& command, const OutputSink& output, std::stop_token stop)
{
    if (stop.stop_requested()) {
        return Error{ErrorCode::Cancelled, "stopped on request"};
    }
    const UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake) {
        return errno_error(errno, "making an event");
    }
    TRY_LET(Spawned spawned, spawn(command));
    const std::stop_callback on_stop(std::move(stop), [&] {
        static_cast<void>(::eventfd_write(wake.get(), 1));
    });
    return Run(std::move(spawned), output).to_end(wake.get());
}

}  // namespace starkeep::sys
