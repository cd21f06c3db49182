// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "protocol/appliance_link.hpp"
#include "protocol/event.hpp"
#include "protocol/talk_fixture_test.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_link.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace starkeep::protocol {
namespace {

TEST_F(Talk, CarriesATaskWithItsSecretsAndItsResult)
{
    say_hello();
    const Task task = backup_task();

    ASSERT_OK(appliance_->send(task, secrets(), {}));
    ASSERT_OK_AND_LET(std::vector<SecretTask> taken, worker_->receive({}));
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0].task.id, task.id);
    EXPECT_EQ(taken[0].secrets.repository_password.reveal(), "the repository's");
    ASSERT_OK(worker_->complete(task.id, Finished{task.id, 0, {{"point", "ab"}}}, {}));

    const std::vector<Event> got = events();
    ASSERT_EQ(got.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<Accepted>(got[0]));
    EXPECT_EQ(std::get<Finished>(got[1]).result["point"], "ab");
    EXPECT_EQ(tasks_.size(), 0U);
    EXPECT_EQ(events_.size(), 1U);  // the hello was not confirmed
}

TEST_F(Talk, ShowsNoSecretAndNoNameInTheQueues)
{
    say_hello();
    ASSERT_OK(appliance_->send(backup_task("postgresql://u@h/payroll"), secrets(), {}));

    for (const std::string& text : tasks_.texts) {
        for (const std::string_view hidden : {"the database's", "repository", "sig=", "payroll"}) {
            EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
        }
    }
}

TEST_F(Talk, DoesATaskOnceHoweverOftenItsMessageComes)
{
    say_hello();
    tasks_.repeating = true;
    const Task task = backup_task();

    ASSERT_OK(appliance_->send(task, secrets(), {}));
    ASSERT_OK_AND_LET(const std::vector<SecretTask> first, worker_->receive({}));
    ASSERT_OK(appliance_->send(task, secrets(), {}));
    ASSERT_OK_AND_LET(const std::vector<SecretTask> second, worker_->receive({}));

    EXPECT_EQ(first.size(), 1U);
    EXPECT_EQ(second.size(), 0U);
    EXPECT_EQ(worker_->refused().repeated, 2U);
    EXPECT_EQ(count_events<Accepted>(), 2U);
}

TEST_F(Talk, AnswersAFinishedTaskWithItsStoredResult)
{
    say_hello();
    const Task task = backup_task();
    ASSERT_OK(appliance_->send(task, secrets(), {}));
    ASSERT_OK(worker_->receive({}));
    events_.losing_puts = 1;
    ASSERT_OK(worker_->complete(task.id, Finished{task.id, 3, {{"point", "ab"}}}, {}));
    ASSERT_EQ(count_events<Finished>(), 0U);

    ASSERT_OK(appliance_->send(task, secrets(), {}));
    ASSERT_OK_AND_LET(const std::vector<SecretTask> again, worker_->receive({}));
    ASSERT_OK(worker_->flush({}));

    EXPECT_EQ(again.size(), 0U);
    const std::vector<Event> got = events();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(std::get<Finished>(got[0]).exit_status, 3);
}

TEST_F(Talk, KeepsALastWordUntilTheQueueTakesIt)
{
    say_hello();
    const Task task = backup_task();
    ASSERT_OK(appliance_->send(task, secrets(), {}));
    ASSERT_OK(worker_->receive({}));
    ASSERT_OK(worker_->flush({}));
    events_.failing_puts = 1;

    EXPECT_ERROR(
        worker_->complete(task.id, Finished{task.id, 0, Json::object()}, {}), ErrorCode::Unavailable
    );
    EXPECT_EQ(tasks_.size(), 1U);
    ASSERT_OK(worker_->flush({}));

    EXPECT_EQ(count_events<Finished>(), 1U);
    EXPECT_EQ(tasks_.size(), 0U);
}

TEST_F(Talk, HidesTheMessageOfATaskWhileItIsWorkedOn)
{
    say_hello();
    ASSERT_OK(appliance_->send(backup_task(), secrets(), {}));
    ASSERT_OK(worker_->receive({}));

    for (int minute = 0; minute < 20; ++minute) {
        clock_.advance(std::chrono::seconds{60});
        ASSERT_OK(worker_->renew({}));
        EXPECT_EQ(tasks_.get(32, std::chrono::seconds{0}, {}).value().size(), 0U);
    }

    EXPECT_EQ(tasks_.renewals, 20U);
}

TEST_F(Talk, CarriesALongResultInParts)
{
    say_hello();
    const Task task = backup_task();
    ASSERT_OK(appliance_->send(task, secrets(), {}));
    ASSERT_OK(worker_->receive({}));
    const std::string text(300'000, 'x');
    events_.reversing = true;

    ASSERT_OK(worker_->complete(task.id, Finished{task.id, 0, {{"text", text}}}, {}));

    std::vector<Event> got = events();
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(std::get<Finished>(got.back()).result["text"], text);
}

TEST_F(Talk, SendsAResultThatIsTooLongWithoutItsLists)
{
    say_hello();
    const Task task = backup_task();
    const std::vector<std::string> list(100, std::string(100'000, 'x'));

    ASSERT_OK(worker_->complete(task.id, Finished{task.id, 0, {{"rows", 5}, {"list", list}}}, {}));

    const std::vector<Event> got = events();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(std::get<Finished>(got[0]).result, (Json{{"rows", 5}, {"truncated", true}}));
}

TEST_F(Talk, CollectsPartsOverSeveralLooksAndRepetitions)
{
    say_hello();
    events_.repeating = true;
    const std::string text(1'300'000, 'x');

    ASSERT_OK(worker_->send(Log{.text = text}, {}));

    std::vector<Event> got;
    for (int look = 0; look < 5; ++look) {
        for (Event& event : events()) {
            got.push_back(std::move(event));
        }
    }
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(std::get<Log>(got[0]).text, text);
    EXPECT_GT(appliance_->refused().repeated, 0U);
}

TEST_F(Talk, DropsProgressThatComesBehindANewerEvent)
{
    say_hello();
    ASSERT_OK(worker_->send(Heartbeat{}, {}));
    const std::string heartbeat = events_.texts.back();
    ASSERT_OK(worker_->send(Log{.text = "later"}, {}));
    ASSERT_OK(appliance_->receive({}));
    EXPECT_EQ(appliance_->refused().late, 0U);

    events_.losing_puts = 1;
    ASSERT_OK(worker_->send(Heartbeat{}, {}));
    ASSERT_OK(worker_->send(Log{.text = "latest"}, {}));
    EXPECT_EQ(events().size(), 1U);

    events_.add(heartbeat);
    EXPECT_EQ(events().size(), 0U);
    EXPECT_EQ(appliance_->refused().repeated, 1U);
}

TEST_F(Talk, StopsATaskThatHasNotComeYet)
{
    say_hello();
    const Task task = backup_task();
    ASSERT_OK(appliance_->send(task, secrets(), {}));
    ASSERT_OK(appliance_->send({sys::random_id<TaskId>(), StopTask{task.id}}, {}, {}));
    tasks_.reversing = true;

    ASSERT_OK_AND_LET(const std::vector<SecretTask> taken, worker_->receive({}));
    ASSERT_OK(worker_->flush({}));

    ASSERT_EQ(taken.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<StopTask>(taken[0].task.body));
    const std::vector<Event> got = events();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(std::get<Failed>(got[0]).code, ErrorCode::Cancelled);
}

TEST_F(Talk, GoesOnFromASavedState)
{
    say_hello();
    const Task task = backup_task();
    ASSERT_OK(appliance_->send(task, secrets(), {}));
    const Secret saved = appliance_->save();
    ASSERT_OK(worker_->receive({}));
    ASSERT_OK(worker_->complete(task.id, Finished{task.id, 0, Json::object()}, {}));

    ASSERT_OK_AND_LET(appliance_, ApplianceLink::load(saved.reveal(), tasks_, events_, clock_));

    EXPECT_TRUE(appliance_->is_open());
    EXPECT_EQ(count_events<Finished>(), 1U);
    ASSERT_OK(appliance_->send(task, secrets(), {}));
    ASSERT_OK(worker_->receive({}));
    ASSERT_OK(worker_->flush({}));
    EXPECT_EQ(count_events<Finished>(), 1U);
}

TEST_F(Talk, IsGoodForATaskAfterTheApplianceLostItsLatestState)
{
    say_hello();
    const Secret before = appliance_->save();
    ASSERT_OK(appliance_->send(backup_task(), secrets(), {}));
    ASSERT_OK(worker_->receive({}));

    clock_.advance(std::chrono::seconds{5});
    ASSERT_OK_AND_LET(appliance_, ApplianceLink::load(before.reveal(), tasks_, events_, clock_));
    ASSERT_OK(appliance_->send(backup_task(), secrets(), {}));

    ASSERT_OK_AND_LET(const std::vector<SecretTask> taken, worker_->receive({}));
    EXPECT_EQ(taken.size(), 1U);
}

TEST_F(Talk, GivesAnEventAgainThatWasNotConfirmed)
{
    say_hello();
    const Secret before = appliance_->save();
    ASSERT_OK(worker_->send(Log{.text = "a sentence"}, {}));
    ASSERT_EQ(appliance_->receive({}).value().size(), 1U);

    clock_.advance(std::chrono::seconds{61});
    ASSERT_OK_AND_LET(appliance_, ApplianceLink::load(before.reveal(), tasks_, events_, clock_));

    EXPECT_EQ(count_events<Log>(), 1U);
}

TEST_F(Talk, TakesASilentWorkerForDead)
{
    say_hello();
    clock_.advance(kDeadAfter);
    EXPECT_FALSE(appliance_->is_dead());
    clock_.advance(std::chrono::seconds{1});
    EXPECT_TRUE(appliance_->is_dead());

    ASSERT_OK(worker_->send(Heartbeat{}, {}));
    EXPECT_EQ(events().size(), 1U);
    EXPECT_FALSE(appliance_->is_dead());
}

TEST_F(Talk, OpensWithAHelloThatIsRepeatedBecauseTheFirstWasLost)
{
    events_.losing_puts = 1;
    ASSERT_OK(worker_->say_hello({.version = "1", .host = "vm"}, {}));
    EXPECT_EQ(events().size(), 0U);
    EXPECT_FALSE(worker_->has_heard());

    ASSERT_OK(worker_->say_hello({.version = "1", .host = "vm"}, {}));
    ASSERT_OK(worker_->say_hello({.version = "1", .host = "vm"}, {}));

    EXPECT_EQ(count_events<Hello>(), 1U);
    EXPECT_TRUE(appliance_->is_open());
    ASSERT_OK(appliance_->send(backup_task(), secrets(), {}));
    ASSERT_OK(worker_->receive({}));
    EXPECT_TRUE(worker_->has_heard());
}

}  // namespace
}  // namespace starkeep::protocol
