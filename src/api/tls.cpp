// SPDX-License-Identifier: Apache-2.0
#include "api/tls.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/certificate.hpp"
#include "codec/hash.hpp"
#include "http/server.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "sys/private_files.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::api {

namespace {

constexpr std::uint64_t kLargestPem = std::uint64_t{64} << 10U;
constexpr std::chrono::days kAuthorityLife{3650};
/// Clients refuse longer ones. Source: CA/Browser Forum ballot SC-22.
constexpr std::chrono::days kCertificateLife{397};
/// Clocks of clients that are behind.
constexpr std::chrono::hours kBackdated{24};

Result<codec::CertificateAuthority>
authority(const std::filesystem::path& folder, const sys::Clock& clock)
{
    const std::filesystem::path certificate = folder / "ca.pem";
    const std::filesystem::path key = folder / "ca-key.pem";
    TRY_LET(const bool there, sys::exists(certificate));
    if (there) {
        TRY_LET(const Bytes pem, sys::read_file(certificate, kLargestPem));
        TRY_LET(Bytes key_pem, sys::read_private_file(key, kLargestPem));
        Result<codec::CertificateAuthority> loaded =
            codec::CertificateAuthority::load(as_text(pem), as_text(key_pem));
        codec::wipe(key_pem);
        return loaded;
    }
    TRY_LET(
        codec::CertificateAuthority made,
        codec::CertificateAuthority::create(
            {.common_name = "Starkeep appliance",
             .from = clock.now() - kBackdated,
             .lifetime = kAuthorityLife}
        )
    );
    // The certificate last: with it there, the key is there too.
    TRY(sys::write_private_file(key, as_bytes(made.key_pem().reveal())));
    TRY(sys::write_private_file(certificate, as_bytes(made.certificate_pem())));
    return made;
}

bool is_address(std::string_view name)
{
    return name.find(':') != std::string_view::npos ||
           name.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

Result<OwnTls> own_tls(
    const std::filesystem::path& folder,
    const std::vector<std::string>& names,
    const sys::Clock& clock
)
{
    TRY(sys::make_private_directory(folder));
    TRY_LET(const codec::CertificateAuthority issuer, authority(folder, clock));
    codec::CertificateRequest request{
        .common_name = "starkeep",
        .dns_names = {"localhost"},
        .ip_addresses = {"127.0.0.1", "::1"},
        .from = clock.now() - kBackdated,
        .lifetime = kCertificateLife
    };
    for (const std::string& name : names) {
        (is_address(name) ? request.ip_addresses : request.dns_names).push_back(name);
    }
    TRY_LET(const codec::IssuedCertificate issued, issuer.issue(request));
    const OwnTls tls{
        .files = {.certificate = folder / "certificate.pem", .key = folder / "key.pem"},
        .authority = folder / "ca.pem"
    };
    TRY(sys::write_private_file(tls.files.key, as_bytes(issued.key_pem.reveal())));
    TRY(sys::write_private_file(tls.files.certificate, as_bytes(issued.certificate_pem)));
    return tls;
}

}  // namespace starkeep::api
