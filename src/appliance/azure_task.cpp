// SPDX-License-Identifier: Apache-2.0
#include "appliance/azure_task.hpp"

#include "appliance/azure_access.hpp"
#include "appliance/catalog.hpp"
#include "appliance/fleet_sink.hpp"
#include "appliance/native_step.hpp"
#include "appliance/policy.hpp"
#include "appliance/records.hpp"
#include "appliance/runner.hpp"
#include "appliance/session_reporter.hpp"
#include "appliance/subjects.hpp"
#include "appliance/work_order.hpp"
#include "appliance/worker_transfer.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/postgres_clusters/postgres_clusters.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "fleet/network_plan.hpp"
#include "json/json.hpp"
#include "protocol/task.hpp"
#include "source/open.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::appliance {

namespace {

namespace clusters = azure::postgres_clusters;

/// Where the workers of a source stand, and how they reach its database.
struct Place {
    std::string url;
    std::string region;
    std::optional<fleet::ForeignEndpoint> endpoint{};
};

Result<Place> place_of(
    AzureAccess& access,
    const Source& source,
    const azure::Cloud& cloud,
    const std::stop_token& stop
)
{
    if (source.kind != SourceKind::PostgresCluster) {
        return Error{
            ErrorCode::Unsupported,
            "backups of Cosmos DB for MongoDB accounts to a repository "
            "are not in this version",
            "Use the policy's native part for it."
        };
    }
    TRY_LET(const azure::arm::ResourceId id, azure::arm::ResourceId::parse(source.resource_id));
    TRY_LET(const clusters::Cluster cluster, clusters::get_cluster(access.arm(), id, stop));
    Place place{
        .url = source.url, .region = source.region.empty() ? cluster.region : source.region
    };
    if (cluster.server_names.empty()) {
        return Error{
            ErrorCode::Unavailable, "cluster " + cluster.name + " tells no name of a server yet"
        };
    }
    const std::string host = cluster.server_names.front().fqdn;
    if (place.url.empty()) {
        place.url = "postgresql://citus@" + host + ":5432/citus?sslmode=require";
    }
    if (!cluster.has_public_access || source.allow_endpoint) {
        const std::string suffix = "." + cloud.postgres_suffix;
        place.endpoint = fleet::ForeignEndpoint{
            .target_id = source.resource_id,
            .group_id = "coordinator",
            .zone = "privatelink." + cloud.postgres_suffix,
            .records =
                {host.ends_with(suffix) ? host.substr(0, host.size() - suffix.size()) : host},
            .has_consent = source.allow_endpoint
        };
    }
    return place;
}

std::string secret_or_empty(const Secrets& secrets, std::string_view use)
{
    const auto found = secrets.find(use);
    return found == secrets.end() ? std::string() : std::string(found->second.reveal());
}

protocol::StorageCredentialKind kind_of(StoreCredential credential)
{
    switch (credential) {
    case StoreCredential::None:
        return protocol::StorageCredentialKind::None;
    case StoreCredential::SasToken:
        return protocol::StorageCredentialKind::SasToken;
    case StoreCredential::ConnectionString:
        return protocol::StorageCredentialKind::ConnectionString;
    case StoreCredential::ManagedIdentity:
        return protocol::StorageCredentialKind::ManagedIdentity;
    }
    return protocol::StorageCredentialKind::None;
}

Result<protocol::TaskSecrets>
secrets_for(const Catalog& catalog, const std::string& repository, const std::string& source)
{
    TRY_LET(const RepositoryPlace place, catalog.repository(repository));
    TRY_LET(const Secrets of_repository, catalog.secrets(Noun::Repository, repository));
    TRY_LET(const Secrets of_source, catalog.secrets(Noun::Source, source));
    return protocol::TaskSecrets{
        .database_password = Secret(secret_or_empty(of_source, "password")),
        .repository_password = Secret(secret_or_empty(of_repository, "password")),
        .storage_kind = kind_of(place.credential),
        .storage_credential = Secret(secret_or_empty(of_repository, "storage_secret"))
    };
}

Result<fleet::NetworkRequest> network_for(
    const AzureTools& tools,
    const AzureAccess& access,
    const Place& place,
    const RepositoryPlace& repository
)
{
    fleet::NetworkRequest request{.region = place.region};
    TRY_LET(request.deployment, deployment(tools.settings, access.account(), place.region));
    if (place.endpoint) {
        request.foreign.push_back(*place.endpoint);
    }
    if (!repository.resource_id.empty()) {
        TRY_LET(
            const azure::arm::ResourceId id, azure::arm::ResourceId::parse(repository.resource_id)
        );
        request.foreign.push_back(
            {.target_id = repository.resource_id,
             .group_id = "blob",
             .zone = "privatelink.blob." + tools.cloud.storage_suffix,
             .records = {id.name()},
             .for_appliance = true}
        );
    }
    return request;
}

Result<TaskOutcome> by_worker(
    const AzureTools& tools,
    AzureAccess& access,
    const Place& place,
    const std::string& repository,
    const std::string& source,
    protocol::TaskBody body,
    bool keep_worker,
    TaskReporter& reporter,
    const std::stop_token& stop
)
{
    TRY_LET(const RepositoryPlace stored, tools.catalog.repository(repository));
    TRY_LET(const protocol::TaskSecrets secrets, secrets_for(tools.catalog, repository, source));
    TRY_LET(const std::optional<std::string> bundle, tools.settings.find("worker_bundle"));
    if (!bundle) {
        return Error{
            ErrorCode::InvalidInput,
            "setting worker_bundle is not set",
            "Name the file starkeep-worker-VERSION.tar.gz with: starkeep "
            "config update worker_bundle=FILE."
        };
    }
    WorkerJob job{
        .bundle = *bundle,
        .signing_key = tools.signing_key,
        .body = std::move(body),
        .secrets = secrets,
        .keep_worker = keep_worker
    };
    TRY_LET(job.network, network_for(tools, access, place, stored));
    return transfer_by_worker(access.services(stop), job, reporter);
}

}  // namespace

Result<TaskOutcome> back_up_in_azure(
    const AzureTools& tools,
    const Source& source,
    const Policy& policy,
    TaskReporter& reporter,
    std::stop_token stop
)
{
    TRY_LET(
        const std::unique_ptr<AzureAccess> access,
        AzureAccess::open(tools.catalog, source.account, tools.cloud, tools.clock)
    );
    Json native;
    if (policy.native) {
        TRY_LET(native, keep_native(access->arm(), source, *policy.native, reporter, stop));
    }
    if (!policy.repository) {
        return TaskOutcome{.result = {{"native", native}}};
    }
    const RepositoryPart& part = *policy.repository;
    TRY_LET(const Place place, place_of(*access, source, tools.cloud, stop));
    TRY_LET(const RepositoryPlace stored, tools.catalog.repository(part.name));
    TRY_LET(
        TaskOutcome outcome,
        by_worker(
            tools,
            *access,
            place,
            part.name,
            reporter.task(),
            protocol::BackupTask{
                .source_url = place.url,
                .repository_url = stored.url,
                .include = part.include,
                .exclude = part.exclude,
                .full = part.full,
                .jobs = part.jobs
            },
            policy.keep_worker,
            reporter,
            stop
        )
    );
    if (outcome.result.is_object() && !native.is_null()) {
        outcome.result["native"] = native;
    }
    return outcome;
}

Result<TaskOutcome> restore_in_azure(
    const AzureTools& tools,
    const Source& target,
    const RestoreOrder& order,
    TaskReporter& reporter,
    std::stop_token stop
)
{
    TRY_LET(
        const std::unique_ptr<AzureAccess> access,
        AzureAccess::open(tools.catalog, target.account, tools.cloud, tools.clock)
    );
    TRY_LET(Place place, place_of(*access, target, tools.cloud, stop));
    TRY_LET(const RepositoryPlace stored, tools.catalog.repository(order.repository));
    TRY_LET(const source::IfExists if_exists, parse_if_exists(order.if_exists));
    return by_worker(
        tools,
        *access,
        place,
        order.repository,
        order.target,
        protocol::RestoreTask{
            .repository_url = stored.url,
            .point = order.point,
            .source = order.source,
            .target_url = place.url,
            .include = order.include,
            .exclude = order.exclude,
            .renames = order.renames,
            .if_exists = static_cast<protocol::IfExists>(if_exists),
            .jobs = order.jobs,
            .dry_run = order.dry_run,
            .verify = order.verify
        },
        false,
        reporter,
        stop
    );
}

Result<TaskOutcome> make_network(
    const AzureTools& tools, const std::string& account, TaskReporter& reporter, std::stop_token stop
)
{
    TRY_LET(
        const std::unique_ptr<AzureAccess> access,
        AzureAccess::open(tools.catalog, account, tools.cloud, tools.clock)
    );
    fleet::NetworkRequest request{.region = reporter.task()};
    TRY_LET(request.deployment, deployment(tools.settings, access->account(), request.region));
    FleetSink sink(reporter);
    TRY_LET(
        const fleet::Network network,
        fleet::apply_network(access->services(std::move(stop)), request, sink)
    );
    return TaskOutcome{
        .result = {{"subnet_id", network.subnet_id}, {"address_prefix", network.address_prefix}}
    };
}

}  // namespace starkeep::appliance
