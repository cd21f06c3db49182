// SPDX-License-Identifier: Apache-2.0
// Bytes as base64 text and back.
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace starkeep::codec {

/// With padding. Source: RFC 4648 section 4.
std::string encode_base64(ByteView bytes);

/// Nothing for what that function never writes: other characters, missing padding, stray bits at the end.
std::optional<Bytes> decode_base64(std::string_view text);

/// For URLs and JSON web tokens, without padding. Source: RFC 4648 section 5.
std::string encode_base64url(ByteView bytes);
std::optional<Bytes> decode_base64url(std::string_view text);

}  // namespace starkeep::codec
