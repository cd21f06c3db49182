// SPDX-License-Identifier: Apache-2.0
// A private certificate authority: makes itself, issues server certificates for names and addresses.
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::codec {

/// PEM both; the key PKCS #8, unencrypted, on the curve P-256.
struct IssuedCertificate {
    std::string certificate_pem;
    Secret key_pem;
};

struct CertificateRequest {
    std::string common_name;                  ///< at most 64 bytes
    std::vector<std::string> dns_names{};     ///< a first label of "*" stands for any
    std::vector<std::string> ip_addresses{};  ///< in text
    std::chrono::sys_seconds from;
    std::chrono::seconds lifetime;
};

/// Thread: issue() from any number at once.
class CertificateAuthority {
public:
    /// A self-signed authority with a key of its own. The names of the request are not used.
    /// Errors: InvalidInput when the common name is empty or too long.
    static Result<CertificateAuthority> create(const CertificateRequest& request);
    /// Errors: Corrupt when either is no PEM of its kind or they do not belong together.
    static Result<CertificateAuthority>
    load(std::string_view certificate_pem, std::string_view key_pem);

    ~CertificateAuthority();
    CertificateAuthority(CertificateAuthority&&) noexcept;
    CertificateAuthority& operator=(CertificateAuthority&&) noexcept;

    /// A certificate for a TLS server, with every name as subject alternative name.
    /// Errors: InvalidInput when the common name is empty or too long, no name is given, or one cannot be a name or address.
    Result<IssuedCertificate> issue(const CertificateRequest& request) const;

    std::string certificate_pem() const;
    Secret key_pem() const;

private:
    struct State;
    explicit CertificateAuthority(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace starkeep::codec
