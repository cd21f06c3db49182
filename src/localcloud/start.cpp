// SPDX-License-Identifier: Apache-2.0
#include "localcloud/start.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/certificate.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "json/json.hpp"
#include "localcloud/cloud_files.hpp"
#include "localcloud/control_plane.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/local_machinery.hpp"
#include "localcloud/memory_machinery.hpp"
#include "localcloud/settings.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>

namespace starkeep::localcloud {

namespace {

constexpr std::chrono::hours kForever{24 * 365 * 10};
constexpr unsigned kThreads = 48;
/// Source: azure README 2.2: bodies of at most 4 MiB.
constexpr std::size_t kMostBodyBytes = 4U << 20U;

/// Server and machinery need each other's port and handler; until both are there, calls wait outside.
class Gate {
public:
    void open(ControlPlane& plane) { plane_.store(&plane); }
    void close() { plane_.store(nullptr); }

    http::Response manage(const http::Request& request, const http::Peer& peer) const
    {
        ControlPlane* const plane = plane_.load();
        return plane == nullptr ? http::Response{.status = 503, .headers = {{"Retry-After", "1"}}}
                                : plane->handle(request, peer);
    }
    http::Response identify(const FactId& vm, const http::Request& request) const
    {
        ControlPlane* const plane = plane_.load();
        return plane == nullptr ? http::Response{.status = 503} : plane->metadata(vm, request);
    }

private:
    std::atomic<ControlPlane*> plane_{nullptr};
};

/// Built and installed side by side.
std::filesystem::path beside_this_program(const std::filesystem::path& name)
{
    std::error_code unknown;
    return std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path() / name;
}

struct Servers {
    std::unique_ptr<http::Server> control;
    std::unique_ptr<http::Server> identity;
};

Result<Servers>
start_servers(const Gate& gate, const http::TlsFiles& tls, const CloudIdentity& identity)
{
    Servers servers;
    TRY_LET(
        servers.control,
        http::Server::start(
            {.port = identity.port,
             .tls = tls,
             .max_body_bytes = kMostBodyBytes,
             .threads = kThreads},
            [&gate](const http::Request& request, const http::Peer& peer) {
                return gate.manage(request, peer);
            }
        )
    );
    TRY_LET(
        servers.identity,
        http::Server::start(
            {.port = identity.identity_port},
            [&gate](const http::Request& request, const http::Peer&) {
                return gate.identify({}, request);
            }
        )
    );
    return servers;
}

Result<std::unique_ptr<Machinery>> make_facts(
    const StartOptions& options,
    const Settings& settings,
    const codec::CertificateAuthority& authority,
    std::uint16_t port
)
{
    if (options.control_plane_only) {
        return std::unique_ptr<Machinery>(std::make_unique<MemoryMachinery>());
    }
    return make_machinery({
        .state_dir = options.state / "machinery",
        .authority = authority,
        .storage_suffix = settings.storage_suffix,
        .postgres_suffix = settings.postgres_suffix,
        .control_port = port,
        .control_names = control_names(),
        .azurite = options.azurite,
        .vm_image = options.vm_image,
        .vm_init =
            options.vm_init.empty() ? beside_this_program("starkeep-vm-init") : options.vm_init,
    });
}

std::string
description(const Settings& settings, const std::string& identity_endpoint, bool control_plane_only)
{
    return fmt::format(
        "local cloud: {}\n  regions            {}\n  tenant             {}\n  subscription       "
        "{}\n  instance metadata  {}\n"
        "  for clients        {} and credentials.json beside it\n{}",
        settings.base_url,
        fmt::join(settings.regions, ", "),
        settings.tenant_id,
        settings.subscription_id,
        identity_endpoint,
        (settings.state / "cloud.json").string(),
        control_plane_only
            ? "  control plane only: no network, storage, machine or cluster is behind it\n"
            : ""
    );
}

}  // namespace

Result<void> serve(
    const StartOptions& given,
    const std::function<void(const std::string& said)>& ready,
    std::stop_token stop
)
{
    const sys::Clock& clock = sys::system_clock();
    StartOptions options = given;
    TRY_LET(options.state, sys::absolute_path(given.state));
    TRY_LET(CloudIdentity identity, open_state(options.state));
    TRY_LET(const sys::UniqueFd lock, lock_state(options.state));
    TRY_LET(const codec::CertificateAuthority authority, open_authority(options.state, clock));
    TRY_LET(const http::TlsFiles tls, make_server_certificate(options.state, authority, clock));
    if (options.port != 0) {
        identity.port = options.port;
    }
    Gate gate;
    TRY_LET(const Servers servers, start_servers(gate, tls, identity));
    identity.port = servers.control->port();
    identity.identity_port = servers.identity->port();
    TRY(save_identity(options.state, identity));
    const Settings settings{
        .state = options.state,
        .regions = options.regions,
        .tenant_id = identity.tenant_id,
        .subscription_id = identity.subscription_id,
        .base_url = fmt::format("https://127.0.0.1:{}", identity.port),
        .polls = options.polls,
        .retry_after = std::chrono::seconds(options.retry_after_s),
        .core_limit = options.core_limit,
        .page_size = options.page_size,
    };
    TRY_LET(
        const std::unique_ptr<Machinery> machinery,
        make_facts(options, settings, authority, identity.port)
    );
    TRY_LET(
        const std::unique_ptr<ControlPlane> plane,
        ControlPlane::open(settings, clock, *machinery, options.faults)
    );
    machinery->serve_metadata([&plane](const FactId& vm, const http::Request& request) {
        return plane->metadata(vm, request);
    });
    plane->plane().restore_facts();
    const std::string identity_endpoint =
        fmt::format("http://127.0.0.1:{}", identity.identity_port);
    TRY_LET(const Json credentials, plane->directory().credentials());
    TRY(write_client_files(settings, identity_endpoint, credentials));
    gate.open(*plane);
    ready(description(settings, identity_endpoint, options.control_plane_only));
    while (sys::wait_for(stop, kForever)) {
    }
    gate.close();
    servers.control->stop();
    servers.identity->stop();
    plane->plane().stop();
    machinery->stop();
    return {};
}

}  // namespace starkeep::localcloud
