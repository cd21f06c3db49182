// SPDX-License-Identifier: Apache-2.0
// Puts that outlast a store's short absence, so that hours of work do not end with one lost packet.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

#include <chrono>
#include <string_view>

namespace starkeep::repository {

struct Patience {
    unsigned retries = 6;
    std::chrono::milliseconds first_pause{200
    };  ///< before the first retry; each later one is about twice as long
};

/// Tries again while the store is Unavailable, Throttled or TimedOut. An answer may get lost on its way: Exists can then
/// mean that an earlier try went through.
/// Errors: the store's last.
Result<void> put_patiently(
    store::Store& store, std::string_view name, ByteView object, const Patience& patience
);

}  // namespace starkeep::repository
