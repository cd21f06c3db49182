// SPDX-License-Identifier: Apache-2.0
#include "base/contract.hpp"
#include "sys/host.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <stop_token>
#include <thread>

namespace starkeep::sys {

namespace {

struct SignalState {
    std::stop_source stop;
    std::atomic<int> caught{0};
};

/// Waits in a thread of its own, not in a handler: request_stop runs callbacks, which a handler must not.
[[noreturn]] void watch(const sigset_t& signals, SignalState& state)
{
    for (;;) {
        int number = 0;
        if (::sigwait(&signals, &number) != 0) {
            continue;
        }
        if (state.caught.exchange(number) != 0) {
            ::_exit(128 + number);
        }
        state.stop.request_stop();
    }
}

/// Shared with the thread, which lives until the very end of the process, beyond the destruction of statics.
const std::shared_ptr<SignalState>& signal_state()
{
    static const auto kState = std::make_shared<SignalState>();
    return kState;
}

void start_watching()
{
    sigset_t signals;
    ENSURE(::sigemptyset(&signals) == 0);
    ENSURE(::sigaddset(&signals, SIGINT) == 0);
    ENSURE(::sigaddset(&signals, SIGTERM) == 0);
    ENSURE(::pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0);
    std::thread([signals, state = signal_state()] { watch(signals, *state); }).detach();
}

}  // namespace

std::stop_token stop_on_signals()
{
    static const bool kStarted = [] {
        start_watching();
        return true;
    }();
    ENSURE(kStarted);
    return signal_state()->stop.get_token();
}

int caught_signal()
{
    return signal_state()->caught.load();
}

}  // namespace starkeep::sys
