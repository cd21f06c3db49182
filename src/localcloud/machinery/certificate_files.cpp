// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/certificate_files.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/certificate.hpp"
#include "http/server.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::chrono::hours kLifetime{24 * 365};
constexpr std::chrono::hours kClocksDiffer{24};
/// Source: RFC 5280, ub-common-name.
constexpr std::size_t kLongestCommonName = 64;

}  // namespace

Result<http::TlsFiles> write_certificate(
    const codec::CertificateAuthority& authority,
    const std::filesystem::path& folder,
    const std::vector<std::string>& names
)
{
    TRY_LET(
        const codec::IssuedCertificate issued,
        authority.issue({
            .common_name = names.front().substr(0, kLongestCommonName),
            .dns_names = names,
            .from = sys::system_clock().now() - kClocksDiffer,
            .lifetime = kLifetime,
        })
    );
    http::TlsFiles files{
        .certificate = folder / "certificate.pem",
        .key = folder / "key.pem",
    };
    TRY(sys::write_file_durably(files.certificate, as_bytes(issued.certificate_pem)));
    TRY(sys::write_file_durably(files.key, as_bytes(issued.key_pem.reveal())));
    return files;
}

}  // namespace starkeep::localcloud
