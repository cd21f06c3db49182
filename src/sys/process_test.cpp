// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "testing/matchers.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::sys {
namespace {

struct Ran {
    ProcessResult result;
    std::string output;
};

Result<Ran> run(const Command& command, std::stop_token stop = {})
{
    std::string output;
    const OutputSink sink = [&](ByteView bytes) -> Result<void> {
        output += as_text(bytes);
        return {};
    };
    TRY_LET(ProcessResult result, run_process(command, sink, std::move(stop)));
    return Ran{.result = std::move(result), .output = std::move(output)};
}

Command shell(std::string script)
{
    return {.arguments = {"sh", "-c", std::move(script)}};
}

TEST(Process, GivesOutputErrorsAndStatus)
{
    ASSERT_OK_AND_LET(const Ran ran, run(shell("echo out; echo err >&2; exit 3")));

    EXPECT_EQ(ran.result.exit_status, 3);
    EXPECT_EQ(ran.output, "out\n");
    EXPECT_EQ(ran.result.error_output, "err\n");
}

TEST(Process, TakesArgumentsAsTheyAre)
{
    ASSERT_OK_AND_LET(
        const Ran ran, run({.arguments = {"printf", "%s|", "a b", "$HOME", "'\"", ""}})
    );

    EXPECT_EQ(ran.output, "a b|$HOME|'\"||");
}

TEST(Process, AddsToTheEnvironmentAndReplacesInIt)
{
    Command command = shell("echo $STARKEEP_ADDED $HOME; test -n \"$PATH\"");
    command.environment = {{"STARKEEP_ADDED", "yes"}, {"HOME", "/nowhere"}};

    ASSERT_OK_AND_LET(const Ran ran, run(command));

    EXPECT_EQ(ran.output, "yes /nowhere\n");
    EXPECT_EQ(ran.result.exit_status, 0);
}

TEST(Process, ReadsTheGivenInputOrNothing)
{
    Command command{.arguments = {"cat"}};
    ASSERT_OK_AND_LET(const Ran silent, run(command));
    EXPECT_EQ(silent.output, "");

    const std::string input(3'000'000, 'x');
    command.input = as_bytes(input);
    ASSERT_OK_AND_LET(const Ran fed, run(command));
    EXPECT_EQ(fed.output.size(), input.size());
}

TEST(Process, KeepsTheTailOfMuchErrorOutput)
{
    ASSERT_OK_AND_LET(
        const Ran ran, run(shell("head -c 1000000 /dev/zero >&2; echo last words >&2"))
    );

    EXPECT_EQ(ran.result.error_output.size(), std::size_t{64} << 10U);
    EXPECT_TRUE(ran.result.error_output.ends_with("last words\n"));
}

TEST(Process, TellsASignalAsAShellDoes)
{
    ASSERT_OK_AND_LET(const Ran ran, run(shell("kill -9 $$")));

    EXPECT_EQ(ran.result.exit_status, 137);
}

TEST(Process, ThatIsMissingIsNotFoundAndNamed)
{
    const Result<Ran> ran = run({.arguments = {"starkeep-no-such-program"}});

    EXPECT_ERROR(ran, ErrorCode::NotFound);
    EXPECT_NE(ran.error().message().find("starkeep-no-such-program"), std::string::npos);
    EXPECT_ERROR(run({.arguments = {"/etc/passwd"}}), ErrorCode::NotFound);
}

TEST(Process, IsEndedByAStopRequest)
{
    std::stop_source stop;
    const Stopwatch watch;
    const std::jthread stopper([&] {
        wait_for({}, std::chrono::milliseconds(100));
        stop.request_stop();
    });

    EXPECT_ERROR(run(shell("sleep 60; true"), stop.get_token()), ErrorCode::Cancelled);
    EXPECT_LT(watch.seconds(), 30);
}

TEST(Process, IsNotStartedAfterAStopRequest)
{
    const std::stop_source stop;
    stop.request_stop();

    EXPECT_ERROR(run(shell("true"), stop.get_token()), ErrorCode::Cancelled);
}

TEST(Process, ThatIgnoresTheRequestIsKilled)
{
    std::stop_source stop;
    std::string output;
    const OutputSink sink = [&](ByteView bytes) -> Result<void> {
        output += as_text(bytes);
        stop.request_stop();
        return {};
    };
    const Stopwatch watch;

    EXPECT_ERROR(
        run_process(
            shell("trap '' TERM; echo ready; while :; do sleep 1; done"), sink, stop.get_token()
        ),
        ErrorCode::Cancelled
    );
    EXPECT_GE(watch.seconds(), 4.5);
    EXPECT_LT(watch.seconds(), 30);
}

TEST(Process, IsEndedWhenItsOutputIsRefused)
{
    const OutputSink sink = [](ByteView) -> Result<void> {
        return Error{ErrorCode::NoSpace, "full"};
    };

    EXPECT_ERROR(run_process({.arguments = {"yes"}}, sink, {}), ErrorCode::NoSpace);
}

TEST(Process, IsNotWaitedForBeyondItsEndByAChildOfItsOwn)
{
    const Stopwatch watch;

    ASSERT_OK_AND_LET(const Ran ran, run(shell("sleep 60 & echo done")));

    EXPECT_EQ(ran.output, "done\n");
    EXPECT_LT(watch.seconds(), 30);
}

TEST(Process, InheritsNoOpenFileButTheStandardOnes)
{
    // One that a careless library might have left open across exec.
    const UniqueFd careless(::open("/dev/null", O_RDONLY));
    ASSERT_TRUE(careless);

    ASSERT_OK_AND_LET(const Ran ran, run({.arguments = {"ls", "/proc/self/fd"}}));

    // 3 is the listed directory.
    EXPECT_EQ(ran.output, "0\n1\n2\n3\n");
}

TEST(Process, RunsFromManyThreadsAtOnce)
{
    std::vector<std::string> outputs(8);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            threads.emplace_back([&, i] {
                const Result<Ran> ran = run(shell("echo " + std::to_string(i)));
                outputs[i] = ran.ok() ? ran->output : ran.error().text();
            });
        }
    }

    for (std::size_t i = 0; i < outputs.size(); ++i) {
        EXPECT_EQ(outputs[i], std::to_string(i) + "\n");
    }
}

TEST(Process, IsFoundOnThePath)
{
    EXPECT_TRUE(find_program("sh").value_or("").ends_with("/sh"));
    EXPECT_EQ(find_program("/bin/sh"), "/bin/sh");
    EXPECT_EQ(find_program("/bin"), std::nullopt);
    EXPECT_EQ(find_program(""), std::nullopt);
    EXPECT_EQ(find_program("starkeep-no-such-program"), std::nullopt);
}

}  // namespace
}  // namespace starkeep::sys
