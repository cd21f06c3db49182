// SPDX-License-Identifier: Apache-2.0
// The files of a local cloud's state folder: who it is, its certificates, what clients read.
#pragma once

#include "base/result.hpp"
#include "codec/certificate.hpp"
#include "http/server.hpp"
#include "json/json.hpp"
#include "localcloud/settings.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace starkeep::localcloud {

/// Names under which Entra and the resource manager answer inside the cloud's networks.
std::vector<std::string> control_names();

struct CloudIdentity {
    std::string tenant_id;
    std::string subscription_id;
    std::uint16_t port = 0;  ///< 0: none yet
    std::uint16_t identity_port = 0;
};

/// Makes the folder (mode 0700) and the identity, or reads those of an earlier start. Errors: those of files; Corrupt.
Result<CloudIdentity> open_state(const std::filesystem::path& state);
Result<void> save_identity(const std::filesystem::path& state, const CloudIdentity& identity);

/// ca.pem and ca.key. Errors: those of files; Corrupt.
Result<codec::CertificateAuthority>
open_authority(const std::filesystem::path& state, const sys::Clock& clock);

/// A new certificate for the control plane's own server. Errors: those of files.
Result<http::TlsFiles> make_server_certificate(
    const std::filesystem::path& state,
    const codec::CertificateAuthority& authority,
    const sys::Clock& clock
);

/// cloud.json and credentials.json, for clients. Errors: those of files.
Result<void> write_client_files(
    const Settings& settings, const std::string& identity_endpoint, const Json& credentials
);

/// Held as long as the cloud runs; holds its process id.
/// Errors: Exists when another one runs on the folder; those of files.
Result<sys::UniqueFd> lock_state(const std::filesystem::path& state);
/// Asks the cloud that runs there to end and waits for it. False when none runs.
/// Errors: TimedOut after a minute; those of files.
Result<bool> stop_running(const std::filesystem::path& state);

}  // namespace starkeep::localcloud
