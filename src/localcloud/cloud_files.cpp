// SPDX-License-Identifier: Apache-2.0
#include "localcloud/cloud_files.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/certificate.hpp"
#include "http/server.hpp"
#include "json/json.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/private_file.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/settings.hpp"
#include "sys/clock.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace starkeep::localcloud {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMostBytes = 1U << 20U;
constexpr std::chrono::seconds kLifetime = std::chrono::hours(24 * 365);
constexpr std::chrono::seconds kBefore = std::chrono::hours(1);
constexpr int kStopAttempts = 600;
constexpr std::chrono::milliseconds kStopPoll = 100ms;
constexpr mode_t kOwnerOnly = 0600;
constexpr int kPollIntervalMs = 500;

std::uint16_t port_at(const Json& value, std::string_view name)
{
    const auto port = number_at(value, name).value_or(0);
    return port > 0 && port <= std::numeric_limits<std::uint16_t>::max()
               ? static_cast<std::uint16_t>(port)
               : std::uint16_t{0};
}

}  // namespace

std::vector<std::string> control_names()
{
    return {"management.starkeep.test", "login.starkeep.test"};
}

Result<void> save_identity(const std::filesystem::path& state, const CloudIdentity& identity)
{
    const Json document{
        {"tenant_id", identity.tenant_id},
        {"subscription_id", identity.subscription_id},
        {"port", identity.port},
        {"identity_port", identity.identity_port},
    };
    return write_private_file(state / "identity.json", json::format(document) + "\n");
}

Result<CloudIdentity> open_state(const std::filesystem::path& state)
{
    TRY(sys::make_directories(state));
    std::error_code failed;
    std::filesystem::permissions(state, std::filesystem::perms::owner_all, failed);
    if (failed) {
        return sys::errno_error(failed.value(), "keeping others out of " + state.string());
    }
    TRY_LET(const bool is_there, sys::exists(state / "identity.json"));
    if (!is_there) {
        const CloudIdentity identity{.tenant_id = new_guid(), .subscription_id = new_guid()};
        TRY(save_identity(state, identity));
        return identity;
    }
    TRY_LET(const Bytes bytes, sys::read_file(state / "identity.json", kMostBytes));
    TRY_LET(const Json document, json::parse(as_text(bytes)));
    CloudIdentity identity;
    TRY_LET(identity.tenant_id, json::get_string(document, "tenant_id"));
    TRY_LET(identity.subscription_id, json::get_string(document, "subscription_id"));
    identity.port = port_at(document, "port");
    identity.identity_port = port_at(document, "identity_port");
    return identity;
}

Result<codec::CertificateAuthority>
open_authority(const std::filesystem::path& state, const sys::Clock& clock)
{
    TRY_LET(const bool is_there, sys::exists(state / "ca.key"));
    if (is_there) {
        TRY_LET(const Bytes certificate, sys::read_file(state / "ca.pem", kMostBytes));
        TRY_LET(const Bytes key, sys::read_file(state / "ca.key", kMostBytes));
        return codec::CertificateAuthority::load(as_text(certificate), as_text(key));
    }
    TRY_LET(
        codec::CertificateAuthority authority,
        codec::CertificateAuthority::create(
            {.common_name = "Starkeep local cloud",
             .from = clock.now() - kBefore,
             .lifetime = 10 * kLifetime}
        )
    );
    TRY(write_private_file(state / "ca.pem", authority.certificate_pem()));
    TRY(write_private_file(state / "ca.key", authority.key_pem().reveal()));
    return authority;
}

Result<http::TlsFiles> make_server_certificate(
    const std::filesystem::path& state,
    const codec::CertificateAuthority& authority,
    const sys::Clock& clock
)
{
    codec::CertificateRequest request{
        .common_name = "management.starkeep.test",
        .dns_names = control_names(),
        .ip_addresses = {"127.0.0.1", "::1"},
        .from = clock.now() - kBefore,
        .lifetime = kLifetime,
    };
    request.dns_names.emplace_back("localhost");
    TRY_LET(const codec::IssuedCertificate issued, authority.issue(request));
    const http::TlsFiles files{.certificate = state / "server.pem", .key = state / "server.key"};
    TRY(write_private_file(files.certificate, issued.certificate_pem));
    TRY(write_private_file(files.key, issued.key_pem.reveal()));
    return files;
}

Result<void> write_client_files(
    const Settings& settings, const std::string& identity_endpoint, const Json& credentials
)
{
    const Json cloud{
        {"authority_host", settings.base_url},
        {"resource_manager", settings.base_url},
        {"storage_suffix", settings.storage_suffix},
        {"postgres_suffix", settings.postgres_suffix},
        {"mongo_suffix", settings.mongo_suffix},
        {"identity_endpoint", identity_endpoint},
        {"ca_file", (settings.state / "ca.pem").string()},
        {"poll_interval_ms", kPollIntervalMs},
        {"tenant_id", settings.tenant_id},
        {"subscription_id", settings.subscription_id},
    };
    TRY(write_private_file(settings.state / "credentials.json", credentials.dump(2) + "\n"));
    return write_private_file(settings.state / "cloud.json", cloud.dump(2) + "\n");
}

Result<sys::UniqueFd> lock_state(const std::filesystem::path& state)
{
    const std::filesystem::path path = state / "pid";
    sys::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
    if (!fd) {
        return sys::errno_error(errno, "opening " + path.string());
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        return Error{
            ErrorCode::Exists,
            "a local cloud runs on " + state.string() + " already",
            "End it with starkeep-localcloud stop, or take another --state."
        };
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd.get(), 0) != 0 || ::write(fd.get(), pid.data(), pid.size()) < 0) {
        return sys::errno_error(errno, "writing " + path.string());
    }
    return fd;
}

Result<bool> stop_running(const std::filesystem::path& state)
{
    const std::filesystem::path path = state / "pid";
    const sys::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno == ENOENT) {
        return false;
    }
    if (!fd) {
        return sys::errno_error(errno, "opening " + path.string());
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
        return false;
    }
    TRY_LET(const Bytes text, sys::read_file(path, kMostBytes));
    const std::string_view digits = as_text(text);
    pid_t pid = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), pid);
    if (pid <= 1 || ::kill(pid, SIGTERM) != 0) {
        return Error{ErrorCode::Corrupt, path.string() + " names no process that could be ended"};
    }
    for (int i = 0; i < kStopAttempts; ++i) {
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
            return true;
        }
        sys::wait_for(std::stop_token{}, kStopPoll);
    }
    return Error{
        ErrorCode::TimedOut,
        "the local cloud on " + state.string() + " has not ended within a minute"
    };
}

}  // namespace starkeep::localcloud
