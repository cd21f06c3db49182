// SPDX-License-Identifier: Apache-2.0
// From a repository's URL to the store behind it.
#pragma once

#include "base/result.hpp"
#include "store/store.hpp"

#include <memory>
#include <string_view>

namespace starkeep::store {

enum class OpenMode {
    MustExist,
    MayCreate,
};

/// `file:///dir`, percent-encoded where needed; a path that begins with '/' or '.' is taken as a kindness.
/// Errors: InvalidInput for what is no such URL; Unsupported for azblob:// and s3://; NotFound when the folder is missing
/// and must exist; Denied, Unavailable.
Result<std::unique_ptr<Store>> open_store(std::string_view url, OpenMode mode);

}  // namespace starkeep::store
