// SPDX-License-Identifier: Apache-2.0
// MD5, which Azure Storage asks for to find damage on the way. Never for anything that an attacker may choose.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>

namespace starkeep::codec {

using Md5Sum = std::array<std::byte, 16>;

/// Source: RFC 1321.
Md5Sum md5(ByteView bytes);

}  // namespace starkeep::codec
