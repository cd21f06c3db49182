// SPDX-License-Identifier: Apache-2.0
// Where a repository lies in Blob storage: "azblob://account/container[/prefix]".
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace starkeep::store_blob {

struct BlobUrl {
    std::string account;
    std::string container;
    std::string prefix;  ///< without '/' at either end; may be empty

    /// Errors: InvalidInput with a hint.
    static Result<BlobUrl> parse(std::string_view text);
    std::string text() const;
};

}  // namespace starkeep::store_blob
