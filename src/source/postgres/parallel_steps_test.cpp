// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// Steps that take a moment at the server and write down when they begin and end.
class ParallelSteps : public ::testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_OK_AND_LET(server_, testing::PostgresServer::start());
        for (int i = 0; i < 3; ++i) {
            ASSERT_OK_AND_LET(
                ServerConnection connection, ServerConnection::open(server_->url(), {}, {})
            );
            connections_.push_back(std::move(connection));
        }
    }

    ParallelStep
    step(const std::string& name, std::set<std::string> alone, std::set<std::string> shared)
    {
        return {
            .alone = std::move(alone),
            .shared = std::move(shared),
            .after = {},
            .run = [this, name](ServerConnection& connection) -> Result<void> {
                write("begin " + name);
                TRY(connection.query("select pg_sleep(0.05)"));
                write("end " + name);
                return {};
            }
        };
    }

    void write(std::string line)
    {
        const MutexLock lock(mutex_);
        log_.push_back(std::move(line));
    }

    std::ptrdiff_t place(const std::string& line)
    {
        return std::ranges::find(log_, line) - log_.begin();
    }

    std::unique_ptr<testing::PostgresServer> server_;
    std::vector<ServerConnection> connections_;
    Mutex mutex_;
    std::vector<std::string> log_;
};

TEST_F(ParallelSteps, RunBesideEachOtherWhereTheyShare)
{
    ASSERT_OK(run_in_parallel(connections_, {step("a", {}, {"t"}), step("b", {}, {"t"})}));

    ASSERT_THAT(log_, SizeIs(4));
    EXPECT_LT(place("begin b"), place("end a"));
    EXPECT_LT(place("begin a"), place("end b"));
}

TEST_F(ParallelSteps, AreKeptApartWhereOneWantsATableAlone)
{
    ASSERT_OK(run_in_parallel(connections_, {step("a", {"t"}, {}), step("b", {}, {"t"})}));

    EXPECT_THAT(log_, ElementsAre("begin a", "end a", "begin b", "end b"));
}

TEST_F(ParallelSteps, WaitForThoseThatTheyFollowWhileOthersRun)
{
    std::vector<ParallelStep> steps{step("a", {}, {}), step("b", {}, {}), step("c", {}, {})};
    steps[1].after = {0};

    ASSERT_OK(run_in_parallel(connections_, steps));

    EXPECT_LT(place("end a"), place("begin b"));
    EXPECT_LT(place("begin c"), place("end a"));
}

TEST_F(ParallelSteps, EndWithTheFirstFailureAndBeginNoMore)
{
    std::vector<ParallelStep> steps{step("a", {}, {}), step("b", {}, {})};
    steps[0].run = [](ServerConnection&) -> Result<void> {
        return Error{ErrorCode::Rejected, "no"};
    };
    steps[1].after = {0};

    EXPECT_ERROR(run_in_parallel(connections_, steps), ErrorCode::Rejected);

    EXPECT_THAT(log_, SizeIs(0));
}

}  // namespace
}  // namespace starkeep::source::postgres
