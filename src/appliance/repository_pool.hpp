// SPDX-License-Identifier: Apache-2.0
// Registered repositories, opened once and kept: deriving a key costs half a second.
#pragma once

#include "appliance/catalog.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "repository/repository.hpp"
#include "store/store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace starkeep::appliance {

/// The repository and the store under it. Declared in this order: the store outlives the repository.
struct HeldRepository {
    std::unique_ptr<store::Store> store;
    std::unique_ptr<repository::Repository> repository;
    std::string changed;  ///< of the record it was opened by
};

/// Shared: a request may use a repository that another one has just let go of.
using SharedRepository = std::shared_ptr<HeldRepository>;

/// Opens the store of a repository with its own credentials; `may_create` makes folder or container.
using OpenStore = std::function<
    Result<std::unique_ptr<store::Store>>(const RepositoryPlace&, const Secrets&, bool may_create)>;

/// Thread: any.
class RepositoryPool {
public:
    RepositoryPool(const Catalog& catalog, OpenStore open_store)
        : catalog_(catalog), open_store_(std::move(open_store))
    {
    }

    /// Errors: NotFound when it is not registered, or not there; Denied for a wrong password; InvalidInput without one.
    Result<SharedRepository> open(const std::string& name);
    /// Makes the repository in an empty store. Errors: Exists.
    Result<void> create(const std::string& name);

    /// The only registered one. Errors: NotFound; InvalidInput when there are several.
    Result<std::string> only() const;

private:
    Result<std::unique_ptr<HeldRepository>>
    prepare(const std::string& name, Secret& password, bool may_create);

    const Catalog& catalog_;
    OpenStore open_store_;
    Mutex mutex_;
    std::map<std::string, SharedRepository> open_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::appliance
