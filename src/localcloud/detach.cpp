// SPDX-License-Identifier: Apache-2.0
#include "localcloud/detach.hpp"

#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

namespace starkeep::localcloud {

namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr std::size_t kPiece = 4096;

/// Everything up to the end of the pipe.
std::string read_all(int fd)
{
    std::string text;
    std::array<char, kPiece> piece{};
    for (;;) {
        const ssize_t got = ::read(fd, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return text;
        }
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
}

Detached report(const std::string& said, const std::filesystem::path& log)
{
    if (said.starts_with('+')) {
        fmt::print("{}", said.substr(1));
        return {.is_parent = true};
    }
    fmt::print(
        stderr,
        "starkeep-localcloud: {}\n",
        said.empty() ? fmt::format("it ended before it was ready: see {}", log.string())
                     : said.substr(1)
    );
    return {.is_parent = true, .exit_status = 1};
}

}  // namespace

void Ready::write(char kind, const std::string& said)
{
    if (fd_) {
        const std::string line = kind + said;
        // The parent may have been ended meanwhile; the cloud goes on.
        static_cast<void>(::write(fd_.get(), line.data(), line.size()) < 0);
        fd_.reset();
    }
}

Result<Detached> detach(const std::filesystem::path& log)
{
    TRY(sys::make_directories(log.parent_path()));
    const sys::UniqueFd output(
        ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kOwnerOnly)
    );
    const sys::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!output || !nothing) {
        return sys::errno_error(errno, "opening " + log.string());
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return sys::errno_error(errno, "making a pipe");
    }
    sys::UniqueFd reading(ends[0]);
    sys::UniqueFd writing(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) {
        return sys::errno_error(errno, "making a process");
    }
    if (child > 0) {
        writing.reset();
        return report(read_all(reading.get()), log);
    }
    ::setsid();
    if (::dup2(nothing.get(), STDIN_FILENO) < 0 || ::dup2(output.get(), STDOUT_FILENO) < 0 ||
        ::dup2(output.get(), STDERR_FILENO) < 0) {
        return sys::errno_error(errno, "leaving the terminal");
    }
    return Detached{.ready = Ready(std::move(writing))};
}

}  // namespace starkeep::localcloud
