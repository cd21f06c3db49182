// SPDX-License-Identifier: Apache-2.0
// What a stranger who may write into the queues achieves: nothing but numbers.
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/aead.hpp"
#include "codec/base64.hpp"
#include "json/json.hpp"
#include "protocol/appliance_link.hpp"
#include "protocol/envelope.hpp"
#include "protocol/event.hpp"
#include "protocol/receiver.hpp"
#include "protocol/session_keys.hpp"
#include "protocol/talk_fixture_test.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_link.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace starkeep::protocol {
namespace {

using Strangers = Talk;

std::string changed(const std::string& text, const std::function<void(Envelope&)>& change)
{
    Envelope envelope = decode_envelope(text).value();
    change(envelope);
    return encode_envelope(envelope);
}

TEST_F(Strangers, CannotChangeOneMemberOfATask)
{
    say_hello();
    tasks_.losing_puts = 0;
    ASSERT_OK(appliance_->send(backup_task(), secrets(), {}));
    const std::string real = tasks_.texts.back();
    ASSERT_EQ(worker_->receive({}).value().size(), 1U);

    tasks_.add(changed(real, [](Envelope& envelope) { envelope.sequence += 1; }));
    tasks_.add(changed(real, [](Envelope& envelope) { envelope.parts = 2; }));
    tasks_.add(changed(real, [](Envelope& envelope) { envelope.box[20] ^= std::byte{1}; }));
    tasks_.add(changed(real, [](Envelope& envelope) { envelope.box.resize(5); }));

    EXPECT_EQ(worker_->receive({}).value().size(), 0U);
    EXPECT_EQ(worker_->refused().forged, 4U);
}

TEST_F(Strangers, CannotPassAnEventOffAsATask)
{
    say_hello();
    ASSERT_OK(worker_->send(Log{.text = "a sentence"}, {}));

    tasks_.add(events_.texts.back());

    EXPECT_EQ(worker_->receive({}).value().size(), 0U);
    EXPECT_EQ(worker_->refused().forged, 1U);
}

TEST_F(Strangers, CannotGiveOneWorkersTaskToAnother)
{
    say_hello();
    const LinkKeys other = LinkKeys::generate(sys::random_id<WorkerId>(), keys_.expires);
    const auto other_worker = open_worker(other);
    ASSERT_OK(appliance_->send(backup_task(), secrets(), {}));

    EXPECT_EQ(other_worker->receive({}).value().size(), 0U);
    EXPECT_EQ(other_worker->refused().foreign, 1U);

    tasks_.add(changed(tasks_.texts.back(), [&](Envelope& envelope) {
        envelope.worker = other.worker;
    }));
    EXPECT_EQ(other_worker->receive({}).value().size(), 0U);
    EXPECT_EQ(other_worker->refused().foreign, 2U);
}

TEST_F(Strangers, CannotSayHelloWithoutTheBootstrapSecret)
{
    LinkKeys guessed = LinkKeys::generate(keys_.worker, keys_.expires);
    guessed.private_key = keys_.private_key;
    const auto impostor = open_worker(guessed);

    ASSERT_OK(impostor->say_hello({.version = "1", .host = "vm"}, {}));

    EXPECT_EQ(events().size(), 0U);
    EXPECT_FALSE(appliance_->is_open());
    EXPECT_EQ(appliance_->refused().forged, 1U);
}

TEST_F(Strangers, CannotSayASecondHelloWithAStolenSecret)
{
    say_hello();
    const auto impostor = open_worker(keys_);

    ASSERT_OK(impostor->say_hello({.version = "1", .host = "vm"}, {}));

    EXPECT_EQ(events().size(), 0U);
    EXPECT_EQ(appliance_->refused().foreign, 1U);
}

TEST_F(Strangers, CannotSayHelloAfterTheSecretHasExpired)
{
    clock_.advance(std::chrono::hours{2});

    ASSERT_OK(worker_->say_hello({.version = "1", .host = "vm"}, {}));

    EXPECT_EQ(events().size(), 0U);
    EXPECT_FALSE(appliance_->is_open());
}

TEST_F(Strangers, MakeNothingWorseByRepeatingAnOldTask)
{
    say_hello();
    const Task task = backup_task();
    ASSERT_OK(appliance_->send(task, secrets(), {}));
    const std::string old = tasks_.texts.back();
    ASSERT_OK(worker_->receive({}));
    ASSERT_OK(worker_->complete(task.id, Finished{task.id, 0, Json::object()}, {}));

    tasks_.add(old);

    EXPECT_EQ(worker_->receive({}).value().size(), 0U);
    EXPECT_EQ(worker_->refused().repeated, 1U);
    EXPECT_EQ(tasks_.size(), 0U);
}

TEST_F(Strangers, AreParkedAfterSomeAttempts)
{
    say_hello();
    tasks_.add("no envelope");
    tasks_.add(R"({"starkeep":2,"worker":"00000000"})");

    for (unsigned attempt = 0; attempt < kParkAfter; ++attempt) {
        EXPECT_EQ(tasks_.size(), 2U);
        EXPECT_EQ(worker_->receive({}).value().size(), 0U);
        clock_.advance(std::chrono::minutes{3});
    }

    EXPECT_EQ(tasks_.size(), 0U);
    EXPECT_EQ(worker_->refused().malformed, 1U);
    EXPECT_EQ(worker_->refused().unknown_version, 1U);
    EXPECT_EQ(worker_->refused().parked, 2U);
}

TEST_F(Strangers, AreNotNeededForAnUnknownTaskToBeRefusedByName)
{
    say_hello();
    const Task task = backup_task();
    Json document = json::parse(encode_task(task, secrets()).reveal()).value();
    document["max_ru"] = 400;
    const SessionKeys keys = derive_session_keys(
                                 keys_.worker,
                                 keys_.private_key,
                                 *decode_envelope(events_.texts.at(0)).value().key,
                                 keys_.public_key(),
                                 keys_.bootstrap_secret
    )
                                 .value();
    Envelope envelope{.worker = keys_.worker, .session = keys.session, .sequence = 7, .box = {}};
    const std::string text = json::format(document);
    seal(keys, Direction::Tasks, as_bytes(text), envelope);
    tasks_.add(encode_envelope(envelope));

    EXPECT_EQ(worker_->receive({}).value().size(), 0U);
    ASSERT_OK(worker_->flush({}));

    const std::vector<Event> got = events();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(std::get<Failed>(got[0]).task, task.id);
    EXPECT_EQ(std::get<Failed>(got[0]).code, ErrorCode::Unsupported);
    EXPECT_NE(std::get<Failed>(got[0]).message.find("max_ru"), std::string::npos);
}

}  // namespace
}  // namespace starkeep::protocol
