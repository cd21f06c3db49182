// SPDX-License-Identifier: Apache-2.0
#include "appliance/database.hpp"
#include "appliance/migrations.hpp"
#include "appliance/policy.hpp"
#include "appliance/records.hpp"
#include "appliance/runner.hpp"
#include "appliance/secret_box.hpp"
#include "appliance/sessions.hpp"
#include "appliance/users.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"
#include "sys/file.hpp"
#include "testing/fake_clock.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::appliance {
namespace {

/// An empty memory in a folder of its own.
class Memory : public ::testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_OK_AND_LET(sys::TempDir made, sys::TempDir::create("memory"));
        folder_.emplace(std::move(made));
        ASSERT_OK_AND_LET(SecretBox box, SecretBox::open(folder_->path() / "key"));
        box_.emplace(std::move(box));
        ASSERT_OK_AND_LET(database_, Database::open(folder_->path() / "db"));
        ASSERT_OK(migrate(*database_));
    }
    std::optional<sys::TempDir> folder_;
    std::optional<SecretBox> box_;
    std::unique_ptr<Database> database_;
    FakeClock clock_{std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000))};
};

TEST_F(Memory, IsMigratedOnceAndRefusesANewerVersion)
{
    ASSERT_OK(migrate(*database_));
    ASSERT_OK(database_->script("PRAGMA user_version = 999"));

    EXPECT_ERROR(migrate(*database_), ErrorCode::Unsupported);
}

TEST_F(Memory, UndoesAFailedTransaction)
{
    const Result<void> outcome = database_->in_transaction([&]() -> Result<void> {
        TRY(database_->change("INSERT INTO settings (key, value) VALUES ('a', 'b')"));
        return Error{ErrorCode::Conflict, "no"};
    });

    EXPECT_ERROR(outcome, ErrorCode::Conflict);
    ASSERT_OK_AND_LET(const std::vector<Row> rows, database_->rows("SELECT 1 FROM settings"));
    EXPECT_TRUE(rows.empty());
}

TEST_F(Memory, OpensASecretOnlyInItsPlace)
{
    const Bytes sealed = box_->seal(Secret("hidden"), "accounts/one");

    ASSERT_OK_AND_LET(const Secret opened, box_->open(sealed, "accounts/one"));
    EXPECT_EQ(opened.reveal(), "hidden");
    EXPECT_ERROR(box_->open(sealed, "accounts/two"), ErrorCode::Corrupt);
    EXPECT_EQ(std::string(as_text(sealed)).find("hidden"), std::string::npos);
}

TEST_F(Memory, KeepsSecretsThatAnUpdateDoesNotGive)
{
    Records records(*database_, *box_, clock_, "accounts", "account");
    Secrets secrets;
    secrets.emplace("client_secret", Secret("first"));
    ASSERT_OK(records.create("prod", {{"kind", "x"}}, secrets));

    ASSERT_OK(records.update("prod", {{"kind", "y"}}, {}));

    ASSERT_OK_AND_LET(const Secrets kept, records.secrets("prod"));
    EXPECT_EQ(kept.at("client_secret").reveal(), "first");
    EXPECT_ERROR(records.create("prod", {}, {}), ErrorCode::Exists);
    EXPECT_ERROR(records.create("Bad Name", {}, {}), ErrorCode::InvalidInput);
    EXPECT_ERROR(records.get("none"), ErrorCode::NotFound);
}

TEST_F(Memory, RefusesAnExpiredToken)
{
    Users users(*database_, clock_);
    ASSERT_OK(users.create("ada", Role::Administrator));
    ASSERT_OK_AND_LET(const NewToken made, users.create_token("ada", "", std::chrono::seconds(60)));
    ASSERT_OK(users.authenticate(made.text.reveal()));

    clock_.advance(std::chrono::seconds(60));

    EXPECT_ERROR(users.authenticate(made.text.reveal()), ErrorCode::Denied);
}

TEST_F(Memory, AcceptsOnlyTheNewestFirstToken)
{
    Users users(*database_, clock_);
    ASSERT_OK_AND_LET(const std::optional<Secret> older, users.begin_first_start());
    ASSERT_OK_AND_LET(const std::optional<Secret> newer, users.begin_first_start());

    EXPECT_ERROR(users.create_first_administrator(older->reveal(), "eve"), ErrorCode::Denied);
    ASSERT_OK(users.create_first_administrator(newer->reveal(), "ada"));
    EXPECT_ERROR(users.create_first_administrator(newer->reveal(), "eve"), ErrorCode::Denied);
    ASSERT_OK_AND_LET(const std::optional<Secret> none, users.begin_first_start());
    EXPECT_FALSE(none.has_value());
    EXPECT_ERROR(users.remove("ada"), ErrorCode::Conflict);
}

TEST_F(Memory, KeepsTheHandleOfAnOperationSealed)
{
    Sessions sessions(*database_, *box_, clock_);
    ASSERT_OK_AND_LET(
        const std::string id,
        sessions.create({.kind = "backup", .request = Json::object(), .tasks = {"shop"}})
    );
    ASSERT_OK(sessions.save_operation(id, "shop", "worker", {{"a", 1}}, Secret("keys")));

    ASSERT_OK_AND_LET(
        const std::optional<Sessions::Operation> found,
        sessions.find_operation(id, "shop", "worker")
    );

    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->sealed->reveal(), "keys");
    ASSERT_OK(sessions.remove_operation(id, "shop", "worker"));
    ASSERT_OK_AND_LET(
        const std::optional<Sessions::Operation> gone, sessions.find_operation(id, "shop", "worker")
    );
    EXPECT_FALSE(gone.has_value());
}

TEST_F(Memory, SessionLeftRunningIsTakenUpByTheNextRunner)
{
    Sessions sessions(*database_, *box_, clock_);
    ASSERT_OK_AND_LET(
        const std::string id,
        sessions.create({.kind = "backup", .request = Json::object(), .tasks = {"a", "b"}})
    );
    ASSERT_OK(sessions.set_state(id, State::Running));
    ASSERT_OK(sessions.end_task(id, "a", State::Done, Json::object(), {}));
    std::atomic<int> executed{0};
    std::atomic<bool> ran_b{false};
    {
        Runner runner(
            sessions,
            [&](const Session&, const std::string& task, const std::stop_token&) {
                ++executed;
                ran_b = task == "b";
                ran_b.notify_all();
                return TaskOutcome{};
            },
            1
        );
        ASSERT_OK(runner.resume());
        ran_b.wait(false);
    }

    ASSERT_OK_AND_LET(const Session session, sessions.get(id));
    EXPECT_EQ(session.state, State::Done);
    EXPECT_EQ(executed.load(), 1);
}

TEST(Policy, TakesPartsAsWordsNamesOrObjects)
{
    ASSERT_OK_AND_LET(
        const Json body,
        parse_policy_yaml("sources: shop\nnative: on\nrepository: main\nretention: {keep_last: 7}\n"
        )
    );

    ASSERT_OK_AND_LET(const Parsed parsed, parse_policy(body));

    EXPECT_EQ(parsed.document["native"]["tier"], "continuous-30-days");
    EXPECT_EQ(parsed.document["repository"]["name"], "main");
    EXPECT_EQ(parsed.document["retention"]["keep_last"], 7);
    ASSERT_OK_AND_LET(const Json again, parse_policy_yaml(format_policy_yaml(parsed.document)));
    EXPECT_EQ(again, parsed.document);
}

TEST(Policy, RefusesWhatCannotBeMeant)
{
    const struct {
        const char* name;
        const char* text;
    } cases[] = {
        {"both parts off", "sources: [s]\nnative: off\nrepository: off\n"},
        {"no source", "sources: []\nnative: on\n"},
        {"slip", "sources: [s]\nnative: on\nretension: {}\n"},
        {"tier", "sources: [s]\nnative: {tier: forever}\n"},
        {"hour", "sources: [s]\nnative: on\nschedule: {every: day, at: '25:00'}\n"},
        {"member of another kind",
         "sources: [s]\nnative: on\nschedule: {every: day, at: '02:00', weekday: monday}\n"},
        {"no jobs", "sources: [s]\nrepository: {name: r, jobs: 0}\n"},
    };
    for (const auto& [name, text] : cases) {
        SCOPED_TRACE(name);
        ASSERT_OK_AND_LET(const Json body, parse_policy_yaml(text));
        EXPECT_ERROR(parse_policy(body), ErrorCode::InvalidInput);
    }
}

TEST(Policy, NamesTheLineOfBrokenYaml)
{
    const Result<Json> parsed = parse_policy_yaml("sources: [a]\nnative: [\n");

    EXPECT_ERROR(parsed, ErrorCode::InvalidInput);
    EXPECT_NE(parsed.error().message().find("line"), std::string::npos);
}

}  // namespace
}  // namespace starkeep::appliance
