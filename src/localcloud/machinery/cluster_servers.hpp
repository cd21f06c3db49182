// SPDX-License-Identifier: Apache-2.0
// Clusters of Cosmos DB for PostgreSQL as PostgreSQL servers, one each, behind public names and private endpoints.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
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

/// Whatever version a cluster asks for, the newest PostgreSQL of this machine serves it unless that version is installed.
/// Thread: any.
class ClusterServers {
public:
    /// The others must outlive it.
    ClusterServers(Backstage& backstage, Fabric& fabric, PublicNames& names)
        : backstage_(backstage), fabric_(fabric), names_(names)
    {
    }

    Result<void> put(const ClusterFact& fact);
    Result<void> start(const FactId& id);
    Result<void> stop(const FactId& id);
    Result<void> remove(const FactId& id);
    void stop_all();

private:
    struct Cluster {
        Mutex mutex;
        std::filesystem::path programs GUARDED_BY(mutex);
        std::filesystem::path folder GUARDED_BY(mutex);
        std::uint16_t port GUARDED_BY(mutex) = 0;
        std::unique_ptr<ServiceProcess> process GUARDED_BY(mutex);
    };

    Result<std::shared_ptr<Cluster>> find(const FactId& id);
    Result<void> make_data(Cluster& cluster, const ClusterFact& fact) REQUIRES(cluster.mutex);
    Result<void> copy_data(Cluster& cluster, const FactId& source_id) REQUIRES(cluster.mutex);
    Result<void> configure(Cluster& cluster, const ClusterFact& fact) REQUIRES(cluster.mutex);
    Result<void> run(Cluster& cluster) REQUIRES(cluster.mutex);
    Result<void> halt(Cluster& cluster) REQUIRES(cluster.mutex);
    Result<void> set_up(Cluster& cluster, const ClusterFact& fact) REQUIRES(cluster.mutex);
    Result<std::string> sql(Cluster& cluster, std::string_view statements) REQUIRES(cluster.mutex);
    Result<void> expose(const ClusterFact& fact, std::uint16_t port);

    Backstage& backstage_;
    Fabric& fabric_;
    PublicNames& names_;
    Mutex mutex_;
    std::map<FactId, std::shared_ptr<Cluster>> clusters_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::localcloud
