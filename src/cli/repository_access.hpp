// SPDX-License-Identifier: Apache-2.0
// From the global options to an open repository.
#pragma once

#include "azure/cloud.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/context.hpp"
#include "repository/repository.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"

#include <memory>
#include <string>

namespace starkeep::cli {

/// The repository and the store under it. Declared in this order: the store outlives the repository.
struct OpenRepository {
    std::unique_ptr<store::Store> store;
    std::unique_ptr<repository::Repository> repository;
    double opening_s = 0;  ///< mostly the key derivation
};

/// Errors: InvalidInput when no repository or password file is named, or the password is empty.
Result<Secret> read_password(const std::string& path);
/// What --cloud and --ca-file say; public Azure without them.
Result<azure::Cloud> named_cloud(const Context& context);
Result<std::unique_ptr<store::Store>> open_store(const Context& context, store::OpenMode mode);
Result<Secret> repository_password(const Context& context);
Result<OpenRepository> open_repository(const Context& context);

}  // namespace starkeep::cli
