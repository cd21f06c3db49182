// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "sys/spawn_internal.hpp"
#include "sys/staged_file_internal.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::sys {

namespace {

/// Keeps clear of 0, 1 and 2, which the program's own streams take: a parent may have been started with these closed.
Result<UniqueFd> above_standard(UniqueFd fd)
{
    if (fd.get() > STDERR_FILENO) {
        return fd;
    }
    UniqueFd higher(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!higher) {
        return errno_error(errno, "duplicating a file descriptor");
    }
    return higher;
}

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
    UniqueFd first(ends[0]);
    UniqueFd second(ends[1]);
    TRY_LET(UniqueFd read, above_standard(std::move(first)));
    TRY_LET(UniqueFd write, above_standard(std::move(second)));
    return Pipe{.read = std::move(read), .write = std::move(write)};
}

/// A file in memory rather than a pipe: nobody has to feed it, and a program that does not read it harms nobody.
Result<UniqueFd> open_input(const std::optional<ByteView>& input)
{
    if (!input) {
        UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (!nothing) {
            return errno_error(errno, "opening /dev/null");
        }
        return above_standard(std::move(nothing));
    }
    UniqueFd fd(::memfd_create("input", MFD_CLOEXEC));
    if (!fd) {
        return errno_error(errno, "making a file in memory");
    }
    TRY(write_all(fd.get(), *input, "writing a program's input"));
    if (::lseek(fd.get(), 0, SEEK_SET) != 0) {
        return errno_error(errno, "rewinding a program's input");
    }
    return above_standard(std::move(fd));
}

/// "NAME=value" texts: our own environment with the command's in front of it.
std::vector<std::string> merged_environment(const Command& command)
{
    std::vector<std::string> merged;
    for (const auto& [name, value] : command.environment) {
        merged.push_back(name + "=" + value);
    }
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::string_view name = text.substr(0, text.find('='));
        if (std::ranges::none_of(command.environment, [&](const auto& own) {
                return own.first == name;
            })) {
            merged.emplace_back(text);
        }
    }
    return merged;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// All that the child needs between fork and exec, where it may not allocate.
struct Launch {
    const char* program = nullptr;
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    int input = -1;
    int output = -1;
    int errors = -1;
    int report = -1;
    pid_t parent = -1;
};

/// Runs in the child of a process with threads: async-signal-safe calls only.
[[noreturn]] void become_program(const Launch& launch)
{
    sigset_t none;
    struct sigaction usual = {};
    usual.sa_handler = SIG_DFL;
    const bool ready =
        ::sigemptyset(&none) == 0 && ::sigaction(SIGPIPE, &usual, nullptr) == 0 &&
        ::pthread_sigmask(SIG_SETMASK, &none, nullptr) == 0 && ::setpgid(0, 0) == 0 &&
        ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::dup2(launch.input, STDIN_FILENO) >= 0 &&
        ::dup2(launch.output, STDOUT_FILENO) >= 0 && ::dup2(launch.errors, STDERR_FILENO) >= 0;
    // The parent may have died before prctl took hold.
    if (ready && ::getppid() == launch.parent) {
        // Everything of ours has O_CLOEXEC; a library's descriptors may not. Kernels before 5.11 refuse, which is no harm.
        static_cast<void>(::syscall(SYS_close_range, 3U, UINT_MAX, CLOSE_RANGE_CLOEXEC));
        ::execve(launch.program, launch.arguments, launch.environment);
    }
    const int fault = errno;
    static_cast<void>(!::write(launch.report, &fault, sizeof fault));
    ::_exit(127);
}

/// 0 when the program runs; otherwise the errno that kept it from that.
int wait_for_start(int report)
{
    int fault = 0;
    ssize_t got = 0;
    do {
        got = ::read(report, &fault, sizeof fault);
    } while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(sizeof fault) ? fault : 0;
}

void reap(pid_t process)
{
    while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace

Result<Spawned> spawn(const Command& command)
{
    ENSURE(!command.arguments.empty());
    const std::string& name = command.arguments.front();
    const std::optional<std::string> program = find_program(name);
    if (!program) {
        return Error{
            ErrorCode::NotFound,
            "program " + name + " is not there",
            "Install it, or put its folder on PATH."
        };
    }
    TRY_LET(const UniqueFd input, open_input(command.input));
    TRY_LET(Pipe output, make_pipe());
    TRY_LET(Pipe errors, make_pipe());
    TRY_LET(Pipe report, make_pipe());
    if (::fcntl(output.read.get(), F_SETFL, O_NONBLOCK) != 0 ||
        ::fcntl(errors.read.get(), F_SETFL, O_NONBLOCK) != 0) {
        return errno_error(errno, "setting up a pipe");
    }
    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = merged_environment(command);
    const std::vector<char*> argument_pointers = pointers_to(arguments);
    const std::vector<char*> environment_pointers = pointers_to(environment);
    const Launch launch{
        .program = program->c_str(),
        .arguments = argument_pointers.data(),
        .environment = environment_pointers.data(),
        .input = input.get(),
        .output = output.write.get(),
        .errors = errors.write.get(),
        .report = report.write.get(),
        .parent = ::getpid(),
    };
    const pid_t process = ::fork();
    if (process == 0) {
        become_program(launch);
    }
    if (process < 0) {
        return errno_error(errno, "starting " + name);
    }
    report.write.reset();
    if (const int fault = wait_for_start(report.read.get()); fault != 0) {
        reap(process);
        return errno_error(fault, "starting " + name);
    }
    UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, process, 0U)));
    if (!ended) {
        const int fault = errno;
        static_cast<void>(::kill(-process, SIGKILL));
        reap(process);
        return errno_error(fault, "watching " + name);
    }
    return Spawned{
        .process = process,
        .ended = std::move(ended),
        .output = std::move(output.read),
        .errors = std::move(errors.read),
    };
}

}  // namespace starkeep::sys
