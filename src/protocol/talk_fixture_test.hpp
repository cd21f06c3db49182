// SPDX-License-Identifier: Apache-2.0
// Both ends of a talk over two faulty queues and one fake clock.
#pragma once

#include "base/result.hpp"
#include "protocol/appliance_link.hpp"
#include "protocol/event.hpp"
#include "protocol/faulty_queue_test.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_config.hpp"
#include "protocol/worker_link.hpp"
#include "sys/clock.hpp"
#include "sys/random.hpp"
#include "testing/fake_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace starkeep::protocol {

class Talk : public ::testing::Test {
protected:
    Talk()
        : clock_(sys::parse_rfc3339("2026-11-26T12:00:00Z").value())
        , tasks_(clock_)
        , events_(clock_)
        , keys_(LinkKeys::generate(sys::random_id<WorkerId>(), clock_.now() + std::chrono::hours{1})
          )
        , appliance_(std::make_unique<ApplianceLink>(keys_, tasks_, events_, clock_))
        , worker_(open_worker(keys_))
    {
    }

    std::unique_ptr<WorkerLink> open_worker(const LinkKeys& keys)
    {
        WorkerConfig config;
        config.worker = keys.worker;
        config.appliance_key = keys.public_key();
        config.bootstrap_secret = keys.bootstrap_secret;
        return WorkerLink::open(config, tasks_, events_, clock_).value();
    }

    void say_hello()
    {
        ASSERT_TRUE(worker_->say_hello({.version = "1", .host = "vm", .processors = 2}, {}).ok());
        ASSERT_EQ(appliance_->receive({}).value().size(), 1U);
        ASSERT_TRUE(appliance_->is_open());
    }

    /// All new events, confirmed.
    std::vector<Event> events()
    {
        std::vector<Event> out;
        const std::vector<ReceivedEvent> all = appliance_->receive({}).value();
        for (const ReceivedEvent& received : all) {
            out.push_back(received.event);
            EXPECT_TRUE(appliance_->confirm(received, {}).ok());
        }
        return out;
    }

    template <typename Kind>
    std::size_t count_events()
    {
        std::size_t count = 0;
        for (const Event& event : events()) {
            count += std::holds_alternative<Kind>(event) ? 1U : 0U;
        }
        return count;
    }

    static Task backup_task(const std::string& source = "postgresql://u@h/shop")
    {
        return {
            .id = sys::random_id<TaskId>(),
            .body = BackupTask{.source_url = source, .repository_url = "azblob://account/backup"}
        };
    }

    static TaskSecrets secrets()
    {
        TaskSecrets all;
        all.database_password = Secret("the database's");
        all.repository_password = Secret("the repository's");
        all.storage_kind = StorageCredentialKind::SasToken;
        all.storage_credential = Secret("sv=2024&sig=abc");
        return all;
    }

    FakeClock clock_;
    FaultyQueue tasks_;
    FaultyQueue events_;
    LinkKeys keys_;
    std::unique_ptr<ApplianceLink> appliance_;
    std::unique_ptr<WorkerLink> worker_;
};

}  // namespace starkeep::protocol
