// SPDX-License-Identifier: Apache-2.0
#include "appliance/repository_pool.hpp"

#include "appliance/catalog.hpp"
#include "appliance/records.hpp"
#include "appliance/subjects.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "repository/repository.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::appliance {

Result<std::unique_ptr<HeldRepository>>
RepositoryPool::prepare(const std::string& name, Secret& password, bool may_create)
{
    TRY_LET(const Record record, catalog_.get(Noun::Repository, name));
    TRY_LET(const RepositoryPlace place, read_repository(record.document));
    TRY_LET(Secrets secrets, catalog_.secrets(Noun::Repository, name));
    const auto found = secrets.find("password");
    if (found == secrets.end()) {
        return Error{
            ErrorCode::InvalidInput,
            "repository \"" + name + "\" has no password",
            "Give it with: starkeep repository update " + name + " --password-file FILE."
        };
    }
    password = std::move(found->second);
    auto held = std::make_unique<HeldRepository>();
    held->changed = record.changed;
    TRY_LET(held->store, open_store_(place, secrets, may_create));
    return held;
}

Result<SharedRepository> RepositoryPool::open(const std::string& name)
{
    TRY_LET(const Record record, catalog_.get(Noun::Repository, name));
    {
        const MutexLock lock(mutex_);
        const auto found = open_.find(name);
        if (found != open_.end() && found->second->changed == record.changed) {
            return found->second;
        }
    }
    Secret password{{}};
    TRY_LET(std::unique_ptr<HeldRepository> held, prepare(name, password, false));
    TRY_LET(held->repository, repository::Repository::open(*held->store, password));
    SharedRepository shared = std::move(held);
    const MutexLock lock(mutex_);
    open_.insert_or_assign(name, shared);
    return shared;
}

Result<void> RepositoryPool::create(const std::string& name)
{
    Secret password{{}};
    TRY_LET(const std::unique_ptr<HeldRepository> held, prepare(name, password, true));
    TRY(repository::Repository::create(*held->store, password));
    return {};
}

Result<std::string> RepositoryPool::only() const
{
    TRY_LET(const std::vector<Record> all, catalog_.list(Noun::Repository));
    if (all.empty()) {
        return Error{
            ErrorCode::NotFound,
            "no repository is registered",
            "Register one with: starkeep repository create NAME --url URL --password-file FILE."
        };
    }
    if (all.size() > 1) {
        std::string names;
        for (const Record& record : all) {
            names += (names.empty() ? "" : ", ") + record.name;
        }
        return Error{
            ErrorCode::InvalidInput,
            "several repositories are registered: " + names,
            "Say which with --repository NAME."
        };
    }
    return all.front().name;
}

}  // namespace starkeep::appliance
