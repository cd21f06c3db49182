// SPDX-License-Identifier: Apache-2.0
#include "codec/certificate.hpp"

#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/openssl_internal.hpp"

#include <fmt/core.h>
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::codec {

namespace {

/// Source: RFC 5280 appendix A.1, ub-common-name.
constexpr std::size_t kLongestCommonName = 64;
constexpr int kSerialBits = 127;

OpensslPtr<EVP_PKEY> make_key()
{
    OpensslPtr<EVP_PKEY> key(EVP_EC_gen("P-256"));
    ENSURE(key != nullptr);
    return key;
}

Secret format_key(const EVP_PKEY* key)
{
    const auto writer = make_text_writer();
    ENSURE(
        PEM_write_bio_PKCS8PrivateKey(writer.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1
    );
    return Secret(written_text(writer.get()));
}

std::string format_certificate(const X509* certificate)
{
    const auto writer = make_text_writer();
    ENSURE(PEM_write_bio_X509(writer.get(), certificate) == 1);
    return written_text(writer.get());
}

bool add_extension(X509* certificate, const X509* issuer, int kind, const std::string& value)
{
    X509V3_CTX context;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): OpenSSL only reads the issuer
    X509V3_set_ctx(&context, const_cast<X509*>(issuer), certificate, nullptr, nullptr, 0);
    const OpensslPtr<X509_EXTENSION> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())
    );
    return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

void set_serial(X509* certificate)
{
    const OpensslPtr<BIGNUM> serial(BN_new());
    ENSURE(serial != nullptr);
    ENSURE(BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
    ENSURE(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr);
}

Result<OpensslPtr<X509>> begin_certificate(const CertificateRequest& request, EVP_PKEY* key)
{
    if (request.common_name.empty() || request.common_name.size() > kLongestCommonName) {
        return Error{
            ErrorCode::InvalidInput,
            fmt::format("'{}' cannot be a certificate's common name", request.common_name)
        };
    }
    OpensslPtr<X509> certificate(X509_new());
    ENSURE(certificate != nullptr);
    ENSURE(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
    set_serial(certificate.get());
    const auto from = static_cast<std::time_t>(request.from.time_since_epoch().count());
    const auto until = from + static_cast<std::time_t>(request.lifetime.count());
    ENSURE(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), from) != nullptr);
    ENSURE(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), until) != nullptr);
    ENSURE(
        X509_NAME_add_entry_by_NID(
            X509_get_subject_name(certificate.get()),
            NID_commonName,
            MBSTRING_UTF8,
            reinterpret_cast<const unsigned char*>(request.common_name.data()),
            static_cast<int>(request.common_name.size()),
            -1,
            0
        ) == 1
    );
    ENSURE(X509_set_pubkey(certificate.get(), key) == 1);
    return certificate;
}

/// OpenSSL reads the names from a list with commas, so that a comma inside one would make two.
bool is_plain(const std::string& name)
{
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '*' || c == '_' || c == ':';
    });
}

Result<std::string> alternative_names(const CertificateRequest& request)
{
    std::string names;
    const auto add = [&names](std::string_view kind, const std::string& name) {
        names += fmt::format("{}{}:{}", names.empty() ? "" : ",", kind, name);
        return is_plain(name);
    };
    bool all_plain = true;
    for (const std::string& name : request.dns_names) {
        all_plain = add("DNS", name) && all_plain;
    }
    for (const std::string& address : request.ip_addresses) {
        all_plain = add("IP", address) && all_plain;
    }
    if (names.empty() || !all_plain) {
        return Error{
            ErrorCode::InvalidInput,
            fmt::format("a certificate cannot be made for the names '{}'", names)
        };
    }
    return names;
}

}  // namespace

struct CertificateAuthority::State {
    OpensslPtr<EVP_PKEY> key;
    OpensslPtr<X509> certificate;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<State> state) : state_(std::move(state))
{
}
CertificateAuthority::~CertificateAuthority() = default;
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;

Result<CertificateAuthority> CertificateAuthority::create(const CertificateRequest& request)
{
    auto state = std::make_unique<State>();
    state->key = make_key();
    TRY_LET(state->certificate, begin_certificate(request, state->key.get()));
    X509* certificate = state->certificate.get();
    ENSURE(X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1);
    ENSURE(add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE"));
    ENSURE(add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign"));
    ENSURE(add_extension(certificate, certificate, NID_subject_key_identifier, "hash"));
    ENSURE(X509_sign(certificate, state->key.get(), EVP_sha256()) > 0);
    return CertificateAuthority(std::move(state));
}

Result<CertificateAuthority>
CertificateAuthority::load(std::string_view certificate_pem, std::string_view key_pem)
{
    const auto no_password = [](char*, int, int, void*) {
        return 0;
    };
    auto state = std::make_unique<State>();
    const auto certificate = make_text_reader(certificate_pem);
    state->certificate.reset(PEM_read_bio_X509(certificate.get(), nullptr, no_password, nullptr));
    const auto key = make_text_reader(key_pem);
    state->key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, no_password, nullptr));
    if (state->certificate == nullptr || state->key == nullptr ||
        X509_check_private_key(state->certificate.get(), state->key.get()) != 1) {
        return Error{
            ErrorCode::Corrupt,
            "the authority's certificate and key are no PEM texts that belong together"
        };
    }
    return CertificateAuthority(std::move(state));
}

Result<IssuedCertificate> CertificateAuthority::issue(const CertificateRequest& request) const
{
    TRY_LET(const std::string names, alternative_names(request));
    const auto key = make_key();
    TRY_LET(const OpensslPtr<X509> made, begin_certificate(request, key.get()));
    X509* certificate = made.get();
    const X509* issuer = state_->certificate.get();
    ENSURE(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
    ENSURE(add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE"));
    ENSURE(add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature"));
    ENSURE(add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth"));
    ENSURE(add_extension(certificate, issuer, NID_subject_key_identifier, "hash"));
    ENSURE(add_extension(certificate, issuer, NID_authority_key_identifier, "keyid"));
    if (!add_extension(certificate, issuer, NID_subject_alt_name, names)) {
        return Error{
            ErrorCode::InvalidInput,
            fmt::format("a certificate cannot be made for the names '{}'", names)
        };
    }
    ENSURE(X509_sign(certificate, state_->key.get(), EVP_sha256()) > 0);
    return IssuedCertificate{
        .certificate_pem = format_certificate(certificate),
        .key_pem = format_key(key.get()),
    };
}

std::string CertificateAuthority::certificate_pem() const
{
    return format_certificate(state_->certificate.get());
}

Secret CertificateAuthority::key_pem() const
{
    return format_key(state_->key.get());
}

}  // namespace starkeep::codec
