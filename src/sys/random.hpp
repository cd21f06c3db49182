// SPDX-License-Identifier: Apache-2.0
// Random bytes from the kernel, fit for keys.
#pragma once

#include <cstddef>
#include <span>

namespace starkeep::sys {

/// Ends the process when the kernel gives none: nothing safe could follow.
void fill_random(std::span<std::byte> out);

/// `IdT` is one of base/id.hpp's.
template <typename IdT>
IdT random_id()
{
    IdT id;
    fill_random(id.bytes);
    return id;
}

}  // namespace starkeep::sys
