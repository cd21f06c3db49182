// SPDX-License-Identifier: Apache-2.0
// The sign that a writer lives, by which a prune knows to leave packs alone. Source: docs/repository-format.md section 8.
#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "repository/keyring.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <thread>

namespace starkeep::repository {

/// Puts a heartbeat at once and then one after every interval, each removing the one before.
class Heartbeat {
public:
    static Result<std::unique_ptr<Heartbeat>> start(
        store::Store& store,
        const Keyring& keyring,
        const SessionId& session,
        std::chrono::milliseconds interval
    );
    /// Stops and removes the last heartbeat; should that fail, a prune counts the writer as dead after a day.
    ~Heartbeat();
    Heartbeat(const Heartbeat&) = delete;
    Heartbeat& operator=(const Heartbeat&) = delete;

private:
    Heartbeat(store::Store& store, const Keyring& keyring, const SessionId& session);
    Result<void> beat(std::uint32_t number);
    void run(const std::stop_token& stop, std::chrono::milliseconds interval);

    store::Store& store_;
    const Keyring& keyring_;
    const SessionId session_;
    std::uint32_t last_ = 0;  ///< the thread's own while it runs
    std::jthread thread_;
};

}  // namespace starkeep::repository
