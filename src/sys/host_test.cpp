// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/id.hpp"
#include "sys/environment.hpp"
#include "sys/errno_error.hpp"
#include "sys/host.hpp"
#include "sys/random.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::sys {
namespace {

TEST(ErrnoError, SaysTheActTheCauseAndTheClass)
{
    EXPECT_EQ(errno_error(ENOENT, "opening x").message(), "opening x: no such file or directory");
    EXPECT_EQ(errno_error(ENOENT, "").code(), ErrorCode::NotFound);
    EXPECT_EQ(errno_error(EEXIST, "").code(), ErrorCode::Exists);
    EXPECT_EQ(errno_error(EACCES, "").code(), ErrorCode::Denied);
    EXPECT_EQ(errno_error(EROFS, "").code(), ErrorCode::Denied);
    EXPECT_EQ(errno_error(ENOSPC, "").code(), ErrorCode::NoSpace);
    EXPECT_EQ(errno_error(EDQUOT, "").code(), ErrorCode::NoSpace);
    EXPECT_EQ(errno_error(EIO, "").code(), ErrorCode::Unavailable);
}

TEST(RandomIds, DifferFromEachOtherAndFromNone)
{
    const auto one = random_id<PackId>();
    const auto other = random_id<PackId>();

    EXPECT_NE(one, other);
    EXPECT_NE(one, PackId());
}

TEST(Environment, TellsWhatIsSetAndNothingOtherwise)
{
    EXPECT_TRUE(get_env("PATH").has_value());
    EXPECT_EQ(get_env("STARKEEP_NEVER_SET"), std::nullopt);
}

TEST(PeakMemory, GrowsByWhatIsTouched)
{
    constexpr std::uint64_t kMore = std::uint64_t{64} << 20U;
    const std::uint64_t before = peak_rss_bytes();

    const std::vector<char> touched(kMore, 'x');

    EXPECT_GT(before, 0U);
    EXPECT_GE(peak_rss_bytes(), before + kMore / 2);
    EXPECT_EQ(touched.back(), 'x');
}

TEST(Processors, AreAtLeastOne)
{
    EXPECT_GE(processor_count(), 1U);
}

TEST(Terminal, IsNoPipeAndHasAWidth)
{
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe(ends), 0);
    EXPECT_FALSE(is_terminal(ends[0]));
    ::close(ends[0]);
    ::close(ends[1]);
    EXPECT_GT(terminal_width(), 0U);
}

/// Runs in a process of its own, which a death test starts: signals concern all of a process.
[[noreturn]] void be_stopped(int number, int times)
{
    const std::stop_token stop = stop_on_signals();
    for (int i = 0; i < times; ++i) {
        ::kill(::getpid(), number);
        while (!stop.stop_requested()) {
            ::usleep(1000);
        }
    }
    if (times > 1) {
        ::usleep(30'000'000);
    }
    ::_exit(caught_signal() == number ? 0 : 1);
}

TEST(SignalDeathTest, StopsTheTokenAndIsRemembered)
{
    testing::GTEST_FLAG(death_test_style) = "threadsafe";

    EXPECT_EXIT(be_stopped(SIGINT, 1), testing::ExitedWithCode(0), "");
    EXPECT_EXIT(be_stopped(SIGTERM, 1), testing::ExitedWithCode(0), "");
}

TEST(SignalDeathTest, EndsTheProcessTheSecondTime)
{
    testing::GTEST_FLAG(death_test_style) = "threadsafe";

    EXPECT_EXIT(be_stopped(SIGINT, 2), testing::ExitedWithCode(130), "");
    EXPECT_EXIT(be_stopped(SIGTERM, 2), testing::ExitedWithCode(143), "");
}

}  // namespace
}  // namespace starkeep::sys
