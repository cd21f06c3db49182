// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/snapshot.hpp"
#include "sys/file.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace starkeep::source::postgres {
namespace {

Result<Snapshot> view(const std::string& url)
{
    return Snapshot::open(url, "postgres", {});
}

/// Views of both servers that bear one name. Names count the transactions of a session's place, so the one that is
/// behind is moved on by opening it anew.
Result<std::pair<Snapshot, Snapshot>> namesakes(const std::string& one, const std::string& other)
{
    std::optional<Snapshot> first;
    std::optional<Snapshot> second;
    for (int i = 0; i < 100; ++i) {
        if (!first || first->id() < second->id()) {
            first.reset();
            TRY_LET(first, view(one));
        }
        if (!second || second->id() < first->id()) {
            second.reset();
            TRY_LET(second, view(other));
        }
        if (first->id() == second->id()) {
            return std::pair(std::move(*first), std::move(*second));
        }
    }
    return Error{ErrorCode::Conflict, "no two views with one name"};
}

/// Two servers behind one address, as behind a balancer: a link says which of them answers.
TEST(SnapshotView, IsNotJoinedAtAnotherServerThatHasOneOfTheSameName)
{
    ASSERT_OK_AND_LET(const auto server, testing::PostgresServer::start());
    ASSERT_OK_AND_LET(const auto stranger, testing::PostgresServer::start());
    ASSERT_OK_AND_LET(const sys::TempDir balancer, sys::TempDir::create("starkeep-balancer"));
    const std::filesystem::path address = balancer.path() / "socket";
    const std::string url = "postgresql:///postgres?user=postgres&host=" + address.string();
    std::filesystem::create_symlink(server->directory(), address);
    ASSERT_OK_AND_LET(const auto views, namesakes(url, stranger->url()));
    ASSERT_OK(views.first.join({}));

    std::filesystem::remove(address);
    std::filesystem::create_symlink(stranger->directory(), address);

    EXPECT_ERROR(views.first.join({}), ErrorCode::Conflict);
}

TEST(SnapshotView, IsNotJoinedWhereNobodyKnowsIt)
{
    ASSERT_OK_AND_LET(const auto server, testing::PostgresServer::start());
    ASSERT_OK_AND_LET(const Snapshot gone, view(server->url()));
    ASSERT_OK(server->sql("select pg_terminate_backend(pid) from pg_stat_activity where "
                          "application_name = 'starkeep'"));

    EXPECT_ERROR(gone.join({}), ErrorCode::Conflict);
}

}  // namespace
}  // namespace starkeep::source::postgres
