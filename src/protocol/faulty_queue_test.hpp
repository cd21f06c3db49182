// SPDX-License-Identifier: Apache-2.0
// A queue in memory that does to messages what a real one may do, and what a stranger may.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "protocol/queue.hpp"
#include "testing/fake_clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::protocol {

class FaultyQueue final : public Queue {
public:
    explicit FaultyQueue(FakeClock& clock) : clock_(clock) {}

    Result<void>
    put(std::string_view text, std::chrono::seconds lifetime, std::stop_token /*stop*/) override
    {
        if (failing_puts > 0) {
            --failing_puts;
            return Error{ErrorCode::Unavailable, "the queue cannot be reached"};
        }
        if (losing_puts > 0) {
            --losing_puts;
            return {};
        }
        add(std::string(text), lifetime);
        if (repeating) {
            add(std::string(text), lifetime);
        }
        return {};
    }

    Result<std::vector<QueueMessage>>
    get(std::size_t at_most, std::chrono::seconds visibility, std::stop_token /*stop*/) override
    {
        std::erase_if(kept_, [this](const Kept& one) { return one.expires <= clock_.now(); });
        if (reversing) {
            std::ranges::reverse(kept_);
        }
        std::vector<QueueMessage> taken;
        for (Kept& one : kept_) {
            if (taken.size() < at_most && one.visible <= clock_.now()) {
                one.visible = clock_.now() + visibility;
                ++one.message.dequeues;
                one.message.receipt = std::to_string(++receipts_);
                taken.push_back(one.message);
            }
        }
        return taken;
    }

    Result<void> renew(
        QueueMessage& message, std::chrono::seconds visibility, std::stop_token /*stop*/
    ) override
    {
        for (Kept& one : kept_) {
            if (one.message.id == message.id) {
                if (one.message.receipt != message.receipt) {
                    return Error{ErrorCode::Conflict, "taken by another"};
                }
                one.visible = clock_.now() + visibility;
                one.message.receipt = message.receipt = std::to_string(++receipts_);
                ++renewals;
                return {};
            }
        }
        return Error{ErrorCode::NotFound, "no such message"};
    }

    Result<void> remove(const QueueMessage& message, std::stop_token /*stop*/) override
    {
        std::erase_if(kept_, [&message](const Kept& one) {
            return one.message.id == message.id && one.message.receipt == message.receipt;
        });
        return {};
    }

    /// What a stranger with the queue's SAS puts.
    void add(std::string text, std::chrono::seconds lifetime = std::chrono::hours{1})
    {
        texts.push_back(text);
        kept_.push_back(
            {.message =
                 {.id = std::to_string(texts.size()),
                  .receipt = {},
                  .dequeues = 0,
                  .text = std::move(text)},
             .visible = clock_.now(),
             .expires = clock_.now() + lifetime}
        );
    }
    std::size_t size() const { return kept_.size(); }

    unsigned failing_puts = 0;  ///< the next ones fail
    unsigned losing_puts = 0;   ///< the next ones vanish
    bool repeating = false;     ///< every message lies there twice
    bool reversing = false;     ///< get() hands out the newest first
    unsigned renewals = 0;
    std::vector<std::string> texts;  ///< all that was ever put

private:
    struct Kept {
        QueueMessage message;
        std::chrono::sys_seconds visible;
        std::chrono::sys_seconds expires;
    };
    FakeClock& clock_;
    std::deque<Kept> kept_;
    std::uint64_t receipts_ = 0;
};

}  // namespace starkeep::protocol
