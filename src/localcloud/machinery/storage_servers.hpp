// SPDX-License-Identifier: Apache-2.0
// Storage accounts as Azurite processes, one each, behind their public names and their private endpoints.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "http/server.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/backstage.hpp"
#include "localcloud/machinery/fabric.hpp"
#include "localcloud/machinery/public_names.hpp"
#include "localcloud/machinery/service_process.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace starkeep::localcloud {

/// Thread: any; accounts start side by side.
class StorageServers {
public:
    /// `azurite`: the program. The others must outlive it.
    static Result<std::unique_ptr<StorageServers>>
    create(Backstage& backstage, Fabric& fabric, PublicNames& names, std::filesystem::path azurite);

    Result<void> put(const StorageFact& fact);
    Result<void> remove(const FactId& id);
    void stop();

private:
    struct Account {
        Mutex mutex;
        std::string name GUARDED_BY(mutex);
        std::string keys GUARDED_BY(mutex);
        std::uint16_t blob_port GUARDED_BY(mutex) = 0;
        std::uint16_t queue_port GUARDED_BY(mutex) = 0;
        std::unique_ptr<ServiceProcess> process GUARDED_BY(mutex);
    };

    StorageServers(
        Backstage& backstage, Fabric& fabric, PublicNames& names, std::filesystem::path azurite
    )
        : backstage_(backstage), fabric_(fabric), names_(names), azurite_(std::move(azurite))
    {
    }
    Result<void> start(Account& account, const StorageFact& fact) REQUIRES(account.mutex);
    Result<void> expose(const StorageFact& fact, ServiceKind kind, std::uint16_t port);

    Backstage& backstage_;
    Fabric& fabric_;
    PublicNames& names_;
    std::filesystem::path azurite_;
    /// Answers in an account's stead to those whom its rules keep out.
    std::unique_ptr<http::Server> doorman_;
    Mutex mutex_;
    std::map<FactId, std::shared_ptr<Account>> accounts_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::localcloud
