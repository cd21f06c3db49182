// SPDX-License-Identifier: Apache-2.0
// How many messages one end of the talk did not accept, by reason.
#pragma once

#include <cstdint>

namespace starkeep::protocol {

/// Each message counts once, however often the queue hands it out; parked ones count besides.
struct Refused {
    std::uint64_t malformed = 0;        ///< no envelope, or its sealed document is none
    std::uint64_t unknown_version = 0;  ///< written by a newer or older program
    std::uint64_t foreign = 0;          ///< for another worker or another session
    std::uint64_t forged = 0;           ///< the seal does not open
    std::uint64_t repeated = 0;         ///< its sequence number was seen before
    std::uint64_t late = 0;             ///< progress or heartbeat behind a newer event
    std::uint64_t parked = 0;           ///< removed after kParkAfter attempts

    bool operator==(const Refused&) const = default;
};

}  // namespace starkeep::protocol
