// SPDX-License-Identifier: Apache-2.0
// Carries the bytes of two connections to each other until both have ended.
#pragma once

#include "sys/file.hpp"

namespace starkeep::localcloud {

/// Either side's end of writing is passed on, so that half-closed connections stay usable. A broken one ends both; so does
/// `wake`, a descriptor that becomes readable.
void relay(sys::UniqueFd left, sys::UniqueFd right, int wake);

}  // namespace starkeep::localcloud
