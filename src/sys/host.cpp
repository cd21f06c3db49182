// SPDX-License-Identifier: Apache-2.0
#include "sys/host.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/result.hpp"
#include "sys/environment.hpp"
#include "sys/file.hpp"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <thread>

namespace starkeep::sys {

namespace {

template <typename T>
T leading_number(std::string_view text, T otherwise)
{
    T value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    return fault == std::errc() ? value : otherwise;
}

}  // namespace

std::uint64_t peak_rss_bytes()
{
    // Not getrusage: its figure is inherited from the process that started this one.
    constexpr std::string_view kField = "VmHWM:";
    const Result<Bytes> status = read_file("/proc/self/status", 1U << 20U);
    if (!status.ok()) {
        return 0;
    }
    const std::string_view text = as_text(*status);
    const std::size_t field = text.find(kField);
    if (field == std::string_view::npos) {
        return 0;
    }
    const std::size_t digits = text.find_first_of("0123456789", field);
    return digits == std::string_view::npos
               ? 0
               : leading_number<std::uint64_t>(text.substr(digits), 0) * 1024;
}

unsigned processor_count()
{
    return std::max(std::thread::hardware_concurrency(), 1U);
}

void disable_core_dumps()
{
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    ENSURE(::setrlimit(RLIMIT_CORE, &none) == 0);
    ENSURE(::prctl(PR_SET_DUMPABLE, 0) == 0);
}

bool is_terminal(int fd)
{
    return ::isatty(fd) == 1;
}

unsigned terminal_width()
{
    constexpr unsigned kUsual = 80;
    winsize size = {};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return kUsual;
}

}  // namespace starkeep::sys
