// SPDX-License-Identifier: Apache-2.0
#include "repository/patient_put.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "store/store.hpp"
#include "sys/clock.hpp"
#include "sys/random.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string_view>

namespace starkeep::repository {

namespace {

/// A half to one and a half times `pause`: writers that failed together do not come back together.
std::chrono::milliseconds jittered(std::chrono::milliseconds pause)
{
    std::array<std::byte, 1> random{};
    sys::fill_random(random);
    return pause / 2 + pause * std::to_integer<int>(random[0]) / 255;
}

bool may_pass(ErrorCode code)
{
    return code == ErrorCode::Unavailable || code == ErrorCode::TimedOut ||
           code == ErrorCode::Throttled;
}

}  // namespace

Result<void>
put_patiently(store::Store& store, std::string_view name, ByteView object, const Patience& patience)
{
    std::chrono::milliseconds pause = patience.first_pause;
    for (unsigned attempt = 0;; ++attempt) {
        Result<void> put = store.put(name, object);
        if (put.ok() || attempt == patience.retries || !may_pass(put.error().code())) {
            return put;
        }
        sys::wait_for(std::stop_token(), jittered(pause));
        pause *= 2;
    }
}

}  // namespace starkeep::repository
