// SPDX-License-Identifier: Apache-2.0
// A storage account's key, and the signature of requests by it.
#pragma once

#include "base/result.hpp"
#include "codec/hash.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace starkeep::azure::storage {

/// Thread: const members from any number at once.
class SharedKey {
public:
    /// `key` as Azure shows it, in base64.
    /// Errors: InvalidInput, without the key in its text.
    static Result<SharedKey> parse(std::string account, std::string_view key);

    const std::string& account() const { return account_; }

    /// HMAC-SHA-256 of the text, in base64.
    std::string sign(std::string_view text) const;

    /// The value of the header Authorization. All other headers but Content-Length are set before.
    /// Errors: InvalidInput for a URL that is none.
    Result<std::string> authorization(const http::Request& request) const;

private:
    SharedKey(std::string account, ByteView key);

    std::string account_;
    codec::HmacSha256 hmac_;
};

/// What a Shared Key signature signs.
/// Errors: InvalidInput for a URL that is none.
/// Source: learn.microsoft.com "Authorize with Shared Key", 2009-09-19 and later.
Result<std::string> shared_key_text(const http::Request& request, std::string_view account);

}  // namespace starkeep::azure::storage
