// SPDX-License-Identifier: Apache-2.0
// zstd frames of known size.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <span>

namespace starkeep::codec {

/// What a frame of `plain_bytes` takes at worst.
std::size_t compress_bound(std::size_t plain_bytes);

/// Writes one frame (level 1) into `out`, which must hold compress_bound(plain.size()); answers its size.
/// Thread: any; each thread keeps a context.
std::size_t compress(ByteView plain, std::span<std::byte> out);

/// Opens the one frame `frame` into exactly `out.size()` bytes.
/// Errors: Corrupt when it is no frame, holds more or fewer bytes, or something follows it.
Result<void> decompress(ByteView frame, std::span<std::byte> out);

}  // namespace starkeep::codec
