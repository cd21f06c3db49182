// SPDX-License-Identifier: Apache-2.0
#include "sys/random.hpp"

#include "base/contract.hpp"

#include <stdio.h>
#include <sys/random.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <span>

namespace starkeep::sys {

void fill_random(std::span<std::byte> out)
{
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        ENSURE(got > 0);
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

}  // namespace starkeep::sys
