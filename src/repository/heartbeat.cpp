// SPDX-License-Identifier: Apache-2.0
#include "repository/heartbeat.hpp"

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "repository/keyring.hpp"
#include "repository/names.hpp"
#include "repository/sealed_object.hpp"
#include "store/store.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

namespace starkeep::repository {

Heartbeat::Heartbeat(store::Store& store, const Keyring& keyring, const SessionId& session)
    : store_(store), keyring_(keyring), session_(session)
{
}

Result<std::unique_ptr<Heartbeat>> Heartbeat::start(
    store::Store& store,
    const Keyring& keyring,
    const SessionId& session,
    std::chrono::milliseconds interval
)
{
    std::unique_ptr<Heartbeat> heartbeat(new Heartbeat(store, keyring, session));
    TRY(heartbeat->beat(0));
    Heartbeat& beating = *heartbeat;
    beating.thread_ = std::jthread([&beating, interval](const std::stop_token& stop) {
        beating.run(stop, interval);
    });
    return heartbeat;
}

Result<void> Heartbeat::beat(std::uint32_t number)
{
    const std::string name = heartbeat_name(session_, number);
    const Json content = {{"session", session_.hex()}, {"beat", number}};
    return store_.put(
        name, seal_object(keyring_, ObjectKind::Heartbeat, name, as_bytes(json::format(content)))
    );
}

void Heartbeat::run(const std::stop_token& stop, std::chrono::milliseconds interval)
{
    while (sys::wait_for(stop, interval)) {
        // A beat that fails is made up for by the next: only a day without any counts as death, and then the commit
        // is refused.
        if (beat(last_ + 1).ok()) {
            static_cast<void>(store_.remove(heartbeat_name(session_, last_)).ok());
            ++last_;
        }
    }
}

Heartbeat::~Heartbeat()
{
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
    static_cast<void>(store_.remove(heartbeat_name(session_, last_)).ok());
}

}  // namespace starkeep::repository
