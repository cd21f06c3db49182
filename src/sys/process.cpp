// SPDX-License-Identifier: Apache-2.0
#include "sys/process.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/environment.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::sys {

namespace {

constexpr std::size_t kErrorTail = std::size_t{64} << 10U;
constexpr std::size_t kPiece = std::size_t{256} << 10U;
constexpr std::chrono::seconds kPatience{5};
/// Source: linux/close_range.h; glibc names it only from 2.34 on.
constexpr unsigned kCloseOnExec = 4;

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Result<Pipe> make_pipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return errno_error(errno, "making a pipe");
    }
    return Pipe{.read = UniqueFd(ends[0]), .write = UniqueFd(ends[1])};
}

Result<UniqueFd> open_input(const std::optional<ByteView>& input)
{
    if (!input) {
        UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        return null ? Result<UniqueFd>(std::move(null)) : errno_error(errno, "opening /dev/null");
    }
    UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
    if (!file) {
        return errno_error(errno, "making a file in memory");
    }
    ByteView rest = *input;
    while (!rest.empty()) {
        const ssize_t written = ::write(file.get(), rest.data(), rest.size());
        if (written < 0 && errno != EINTR) {
            return errno_error(errno, "writing a file in memory");
        }
        rest = rest.subspan(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    if (::lseek(file.get(), 0, SEEK_SET) != 0) {
        return errno_error(errno, "rewinding a file in memory");
    }
    return file;
}

/// "NAME=value" for all that this process has, with the additions in place.
std::vector<std::string>
merged_environment(const std::vector<std::pair<std::string, std::string>>& added)
{
    std::vector<std::string> merged;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const bool replaced = std::ranges::any_of(added, [&](const auto& one) {
            return text.starts_with(one.first) && text.substr(one.first.size()).starts_with('=');
        });
        if (!replaced) {
            merged.emplace_back(text);
        }
    }
    for (const auto& [name, value] : added) {
        merged.push_back(name + "=" + value);
    }
    return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

/// All that the new process needs, made before the fork: after it only async-signal-safe calls are allowed.
struct Launch {
    std::string program;
    std::vector<char*> arguments;
    std::vector<char*> environment;
    int input = -1;
    int output = -1;
    int errors = -1;
    int failure = -1;  ///< tells the parent the errno of a failed start
    pid_t parent = 0;
};

[[noreturn]] void become(const Launch& launch)
{
    sigset_t none;
    ::sigemptyset(&none);
    const bool ready = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == launch.parent &&
                       ::setpgid(0, 0) == 0 && ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0 &&
                       ::dup2(launch.input, STDIN_FILENO) >= 0 &&
                       ::dup2(launch.output, STDOUT_FILENO) >= 0 &&
                       ::dup2(launch.errors, STDERR_FILENO) >= 0;
    if (ready) {
        // Everything of ours is close-on-exec already; this catches what libraries opened otherwise.
        ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, kCloseOnExec);
        ::execve(launch.program.c_str(), launch.arguments.data(), launch.environment.data());
    }
    const int reason = errno;
    static_cast<void>(!::write(launch.failure, &reason, sizeof reason));
    ::_exit(127);
}

class Child {
public:
    explicit Child(pid_t pid) : pid_(pid) {}
    ~Child()
    {
        if (pid_ > 0) {
            ::kill(-pid_, SIGKILL);
            static_cast<void>(wait());
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void signal(int number) const { ::kill(-pid_, number); }

    int wait()
    {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0) {
            ENSURE(errno == EINTR);
        }
        pid_ = -1;
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

private:
    pid_t pid_;
};

/// One read; nothing at the end of the stream.
Result<std::size_t> read_some(int fd, std::span<std::byte> buffer)
{
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got >= 0) {
            return static_cast<std::size_t>(got);
        }
        if (errno != EINTR) {
            return errno_error(errno, "reading from a program");
        }
    }
}

/// Follows a running program: passes its output on, keeps the tail of its errors, ends it when asked.
class Watch {
public:
    Watch(Child& child, const OutputSink& sink, UniqueFd output, UniqueFd errors)
        : child_(child)
        , sink_(sink)
        , output_(std::move(output))
        , errors_(std::move(errors))
        , buffer_(kPiece)
    {
    }

    Result<void> run(const std::stop_token& stop)
    {
        const UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!wake) {
            return errno_error(errno, "making an event");
        }
        const std::stop_callback on_stop(stop, [&] {
            static_cast<void>(!::eventfd_write(wake.get(), 1));
        });
        Result<void> outcome;
        std::optional<std::chrono::steady_clock::time_point> kill_at;
        while (output_ || errors_) {
            Result<void> step = kill_at ? drain(*kill_at) : pump(wake.get(), stop);
            if (!step.ok() && !kill_at) {
                outcome = std::move(step);
                child_.signal(SIGTERM);
                kill_at = std::chrono::steady_clock::now() + kPatience;
            }
        }
        return outcome;
    }

    std::string take_errors() { return std::move(tail_); }

private:
    Result<void> pump(int wake, const std::stop_token& stop)
    {
        std::array<pollfd, 3> fds = watched(wake);
        if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) {
            return errno_error(errno, "waiting for a program");
        }
        if (stop.stop_requested()) {
            return Error{ErrorCode::Cancelled, "stopped on request"};
        }
        if (fds[1].revents != 0) {
            TRY(take_error_output());
        }
        if (fds[0].revents == 0) {
            return {};
        }
        TRY_LET(const std::size_t got, read_some(output_.get(), buffer_));
        if (got == 0) {
            output_.reset();
            return {};
        }
        return sink_(ByteView(buffer_).first(got));
    }

    /// After the request to end: what still comes is dropped, and patience has an end.
    Result<void> drain(std::chrono::steady_clock::time_point kill_at)
    {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            kill_at - std::chrono::steady_clock::now()
        );
        if (left.count() <= 0) {
            child_.signal(SIGKILL);
            output_.reset();
            errors_.reset();
            return {};
        }
        std::array<pollfd, 3> fds = watched(-1);
        static_cast<void>(::poll(fds.data(), fds.size(), static_cast<int>(left.count())));
        if (fds[1].revents != 0 && !take_error_output().ok()) {
            errors_.reset();
        }
        if (fds[0].revents != 0) {
            const Result<std::size_t> got = read_some(output_.get(), buffer_);
            if (!got.ok() || *got == 0) {
                output_.reset();
            }
        }
        return {};
    }

    std::array<pollfd, 3> watched(int wake) const
    {
        return {{
            {.fd = output_.get(), .events = POLLIN, .revents = 0},
            {.fd = errors_.get(), .events = POLLIN, .revents = 0},
            {.fd = wake, .events = POLLIN, .revents = 0},
        }};
    }

    Result<void> take_error_output()
    {
        std::array<std::byte, 4096> piece{};
        TRY_LET(const std::size_t got, read_some(errors_.get(), piece));
        if (got == 0) {
            errors_.reset();
            return {};
        }
        tail_ += as_text(ByteView(piece).first(got));
        if (tail_.size() > kErrorTail) {
            tail_.erase(0, tail_.size() - kErrorTail);
        }
        return {};
    }

    Child& child_;
    const OutputSink& sink_;
    UniqueFd output_;
    UniqueFd errors_;
    Bytes buffer_;
    std::string tail_;
};

bool is_executable(const std::string& path)
{
    struct stat facts = {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Result<ProcessResult>
run_process(const Command& command, const OutputSink& output, std::stop_token stop)
{
    ENSURE(!command.arguments.empty());
    const std::optional<std::string> program = find_program(command.arguments.front());
    if (!program) {
        return Error{ErrorCode::NotFound, "there is no program " + command.arguments.front()};
    }
    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = merged_environment(command.environment);
    TRY_LET(const UniqueFd input, open_input(command.input));
    TRY_LET(Pipe out, make_pipe());
    TRY_LET(Pipe errors, make_pipe());
    TRY_LET(Pipe failure, make_pipe());
    const Launch launch{
        .program = *program,
        .arguments = pointers(arguments),
        .environment = pointers(environment),
        .input = input.get(),
        .output = out.write.get(),
        .errors = errors.write.get(),
        .failure = failure.write.get(),
        .parent = ::getpid()
    };
    const pid_t pid = ::fork();
    if (pid == 0) {
        become(launch);
    }
    if (pid < 0) {
        return errno_error(errno, "starting " + *program);
    }
    // Also here, since the child may not have come that far when it is signalled.
    ::setpgid(pid, pid);
    Child child(pid);
    out.write.reset();
    errors.write.reset();
    failure.write.reset();
    int reason = 0;
    TRY_LET(
        const std::size_t told,
        read_some(failure.read.get(), std::as_writable_bytes(std::span(&reason, 1)))
    );
    if (told == sizeof reason) {
        return errno_error(reason, "starting " + *program);
    }
    Watch watch(child, output, std::move(out.read), std::move(errors.read));
    TRY(watch.run(stop));
    return ProcessResult{.exit_status = child.wait(), .error_output = watch.take_errors()};
}

std::optional<std::string> find_program(std::string_view name)
{
    if (name.find('/') != std::string_view::npos) {
        std::string path(name);
        return is_executable(path) ? std::optional(path) : std::nullopt;
    }
    const std::string search = get_env("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
    for (std::size_t begin = 0; begin <= search.size();) {
        const std::size_t end = std::min(search.find(':', begin), search.size());
        std::string path = search.substr(begin, end - begin) + "/" + std::string(name);
        if (end > begin && is_executable(path)) {
            return path;
        }
        begin = end + 1;
    }
    return std::nullopt;
}

}  // namespace starkeep::sys
