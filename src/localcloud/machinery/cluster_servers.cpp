// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/cluster_servers.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "http/server.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/access.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/backstage.hpp"
#include "localcloud/machinery/certificate_files.hpp"
#include "localcloud/machinery/fabric.hpp"
#include "localcloud/machinery/public_names.hpp"
#include "localcloud/machinery/service_process.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::chrono::seconds kStartPatience{60};
constexpr std::uint16_t kPort = 5432;
constexpr const char* kSuperuser = "postgres";

/// Of the version asked for, or of the newest there is.
Result<std::filesystem::path> programs_of(const std::string& version)
{
    const std::filesystem::path all = "/usr/lib/postgresql";
    if (sys::find_program((all / version / "bin/postgres").string())) {
        return all / version / "bin";
    }
    int newest = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(all, ignored)) {
        // NOLINTNEXTLINE(cert-err34-c, bugprone-unchecked-string-to-number-conversion): what is no number is no version
        newest = std::max(newest, std::atoi(entry.path().filename().c_str()));
    }
    if (newest == 0) {
        return Error{
            ErrorCode::NotFound,
            "no PostgreSQL is installed below " + all.string(),
            "Install it with tools/install_packages.sh."
        };
    }
    return all / std::to_string(newest) / "bin";
}

std::string literal(std::string_view text)
{
    std::string out = "'";
    for (const char c : text) {
        out += c == '\'' ? std::string("''") : std::string(1, c);
    }
    return out + "'";
}

std::string identifier(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    }
    return out + "\"";
}

std::vector<std::string> as_server(std::vector<std::string> arguments)
{
    std::vector<std::string> out{
        "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=SIGQUIT"
    };
    out.insert(out.end(), arguments.begin(), arguments.end());
    return out;
}

/// Of the kernel's abstract kind: no file, no limit of a path's length, and seen only in the namespace.
std::string socket_of(std::uint16_t port)
{
    return "@starkeep-cluster-" + std::to_string(port);
}

}  // namespace

Result<std::shared_ptr<ClusterServers::Cluster>> ClusterServers::find(const FactId& id)
{
    const MutexLock lock(mutex_);
    const auto found = clusters_.find(id);
    if (found == clusters_.end()) {
        return Error{ErrorCode::NotFound, "cluster " + id + " is not there"};
    }
    return found->second;
}

Result<void> ClusterServers::put(const ClusterFact& fact)
{
    std::shared_ptr<Cluster> cluster;
    {
        const MutexLock lock(mutex_);
        std::shared_ptr<Cluster>& place = clusters_[fact.id];
        if (place == nullptr) {
            place = std::make_shared<Cluster>();
        }
        cluster = place;
    }
    const MutexLock lock(cluster->mutex);
    if (cluster->port == 0) {
        cluster->port = backstage_.new_port();
    }
    TRY_LET(cluster->programs, programs_of(fact.version));
    TRY_LET(cluster->folder, backstage_.folder("clusters", fact.id));
    if (cluster->process == nullptr) {
        TRY(make_data(*cluster, fact));
        TRY(configure(*cluster, fact));
        TRY(run(*cluster));
    }
    TRY(set_up(*cluster, fact));
    return expose(fact, cluster->port);
}

Result<void> ClusterServers::make_data(Cluster& cluster, const ClusterFact& fact)
{
    TRY(run_tool({.arguments = {"chown", "postgres:postgres", cluster.folder.string()}}));
    const std::filesystem::path data = cluster.folder / "data";
    TRY_LET(const bool is_made, sys::exists(data / "PG_VERSION"));
    if (is_made) {
        return {};
    }
    if (fact.copied_from) {
        return copy_data(cluster, *fact.copied_from);
    }
    Result<std::string> made = run_tool(
        {.arguments = as_server(
             {(cluster.programs / "initdb").string(),
              "--pgdata",
              data.string(),
              "--username",
              kSuperuser,
              "--auth",
              "peer",
              "--no-sync",
              "--encoding",
              "UTF8",
              "--locale",
              "C.UTF-8"}
         )}
    );
    if (!made.ok()) {
        return std::move(made).error().with_hint(
            "The user postgres must be able to reach the local cloud's state folder."
        );
    }
    return {};
}

/// The source as it is now: this cloud keeps no past.
Result<void> ClusterServers::copy_data(Cluster& cluster, const FactId& source_id)
{
    TRY_LET(const std::shared_ptr<Cluster> source, find(source_id));
    const MutexLock lock(source->mutex);
    std::vector<std::string> arguments{"nsenter", "--net=" + backstage_.inside().path().string()};
    const std::vector<std::string> copy = as_server(
        {(source->programs / "pg_basebackup").string(),
         "-U",
         kSuperuser,
         "-h",
         socket_of(source->port),
         "-p",
         std::to_string(source->port),
         "-D",
         (cluster.folder / "data").string(),
         "-c",
         "fast",
         "--no-sync"}
    );
    arguments.insert(arguments.end(), copy.begin(), copy.end());
    TRY(run_tool({.arguments = std::move(arguments)}));
    return {};
}

Result<void> ClusterServers::configure(Cluster& cluster, const ClusterFact& fact)
{
    TRY_LET(
        const http::TlsFiles tls,
        write_certificate(backstage_.authority(), cluster.folder, {fact.host})
    );
    // A crash of the server loses nothing without syncing; only one of the machine would.
    const std::string settings =
        "listen_addresses = '127.0.0.1'\nport = " + std::to_string(cluster.port) +
        "\nunix_socket_directories = '" + socket_of(cluster.port) +
        "'\nssl = on\nssl_cert_file = '" + tls.certificate.string() + "'\nssl_key_file = '" +
        tls.key.string() +
        "'\npassword_encryption = 'scram-sha-256'\nfsync = off\nshared_buffers = 64MB\n"
        "max_wal_size = 1GB\n";
    const std::filesystem::path data = cluster.folder / "data";
    TRY(sys::write_file_durably(data / "postgresql.auto.conf", as_bytes(settings)));
    TRY(sys::write_file_durably(
        data / "pg_hba.conf",
        as_bytes("local all postgres peer\nhostssl all all 127.0.0.1/32 scram-sha-256\n"
                 "local replication postgres peer\n")
    ));
    TRY(run_tool({.arguments = {"chmod", "600", tls.key.string()}}));
    TRY(run_tool(
        {.arguments =
             {"chown",
              "postgres:postgres",
              tls.key.string(),
              tls.certificate.string(),
              (data / "pg_hba.conf").string(),
              (data / "postgresql.auto.conf").string()}}
    ));
    return {};
}

Result<void> ClusterServers::run(Cluster& cluster)
{
    cluster.process = std::make_unique<ServiceProcess>(
        backstage_.inside(),
        sys::Command{
            .arguments = as_server(
                {(cluster.programs / "postgres").string(), "-D", (cluster.folder / "data").string()}
            )
        },
        cluster.folder / "server.log"
    );
    Result<void> ready =
        cluster.process->wait_until([&] { return sql(cluster, "select 1").ok(); }, kStartPatience);
    if (!ready.ok()) {
        cluster.process.reset();
    }
    return ready;
}

Result<std::string> ClusterServers::sql(Cluster& cluster, std::string_view statements)
{
    std::vector<std::string> arguments{"nsenter", "--net=" + backstage_.inside().path().string()};
    const std::vector<std::string> psql = as_server(
        {(cluster.programs / "psql").string(),
         "-XqAt",
         "-U",
         kSuperuser,
         "-v",
         "ON_ERROR_STOP=1",
         "-h",
         socket_of(cluster.port),
         "-p",
         std::to_string(cluster.port),
         "-d",
         "postgres",
         "-f",
         "-"}
    );
    arguments.insert(arguments.end(), psql.begin(), psql.end());
    return run_tool({.arguments = std::move(arguments), .input = as_bytes(statements)});
}

/// The administrator is no superuser, as in Azure, and owns the one database.
Result<void> ClusterServers::set_up(Cluster& cluster, const ClusterFact& fact)
{
    const std::string login = fact.admin_login.empty() ? "citus" : fact.admin_login;
    const std::string role = identifier(login);
    const std::string password = literal(fact.admin_password.reveal());
    TRY(sql(
        cluster,
        "set log_statement = 'none'; set log_min_error_statement = 'panic';\n"
        "select 'create role " +
            role + "' where not exists (select from pg_roles where rolname = " + literal(login) +
            ")\\gexec\nalter role " + role + " login nosuperuser createrole password " + password +
            ";\ngrant pg_monitor, pg_signal_backend, pg_read_all_stats to " + role +
            " with admin option;\nselect 'create database citus owner " + role +
            "' where not exists (select from pg_database where datname = 'citus')\\gexec\n"
    ));
    return {};
}

Result<void> ClusterServers::expose(const ClusterFact& fact, std::uint16_t port)
{
    const PrivateServiceKey key{.target = fact.id, .kind = ServiceKind::PostgresCluster};
    fabric_.put_private_service(key, [this, port] { return backstage_.connect(port); });
    const std::string suffix = "." + names_.suffix(key.kind);
    const std::string labels = fact.host.ends_with(suffix)
                                   ? fact.host.substr(0, fact.host.size() - suffix.size())
                                   : fact.host;
    TRY_LET(const Address address, names_.put(key, labels));
    return fabric_.put_public_service(
        fact.id,
        {.address = address,
         .ports = {kPort},
         .dial = [this, rules = fact.access, port](const Caller& caller, std::uint16_t)
             -> Result<std::optional<sys::UniqueFd>> {
             if (!is_allowed(rules, caller)) {
                 return std::optional<sys::UniqueFd>();
             }
             return backstage_.connect(port);
         }}
    );
}

Result<void> ClusterServers::start(const FactId& id)
{
    TRY_LET(const std::shared_ptr<Cluster> cluster, find(id));
    const MutexLock lock(cluster->mutex);
    return cluster->process == nullptr ? run(*cluster) : Result<void>();
}

Result<void> ClusterServers::halt(Cluster& cluster)
{
    if (cluster.process == nullptr) {
        return {};
    }
    // SIGTERM alone would wait for clients. That the server is gone already is no harm.
    static_cast<void>(run_tool(
        {.arguments = as_server(
             {(cluster.programs / "pg_ctl").string(),
              "-D",
              (cluster.folder / "data").string(),
              "-m",
              "fast",
              "-W",
              "stop"}
         )}
    ));
    cluster.process.reset();
    return {};
}

Result<void> ClusterServers::stop(const FactId& id)
{
    TRY_LET(const std::shared_ptr<Cluster> cluster, find(id));
    const MutexLock lock(cluster->mutex);
    return halt(*cluster);
}

Result<void> ClusterServers::remove(const FactId& id)
{
    if (const Result<std::shared_ptr<Cluster>> cluster = find(id); cluster.ok()) {
        const MutexLock lock((*cluster)->mutex);
        TRY(halt(**cluster));
    }
    {
        const MutexLock lock(mutex_);
        clusters_.erase(id);
    }
    fabric_.remove_public_service(id);
    const PrivateServiceKey key{.target = id, .kind = ServiceKind::PostgresCluster};
    fabric_.remove_private_service(key);
    names_.remove(key);
    TRY_LET(const std::filesystem::path folder, backstage_.folder("clusters", id));
    return backstage_.remove_folder(folder);
}

void ClusterServers::stop_all()
{
    std::map<FactId, std::shared_ptr<Cluster>> clusters;
    {
        const MutexLock lock(mutex_);
        clusters.swap(clusters_);
    }
    std::vector<std::jthread> threads;
    for (const auto& [id, cluster] : clusters) {
        threads.emplace_back([this, cluster = cluster] {
            const MutexLock lock(cluster->mutex);
            static_cast<void>(halt(*cluster));
        });
    }
}

}  // namespace starkeep::localcloud
