// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/certificate.hpp"
#include "codec/rsa.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace starkeep::codec {
namespace {

using namespace std::chrono_literals;
using testing::StartsWith;

constexpr std::chrono::sys_seconds kNow{1780000000s};

CertificateRequest request_for(const std::string& name)
{
    return {.common_name = name, .from = kNow, .lifetime = 24h};
}

TEST(CertificateAuthority, IssuesForNamesAndAddresses)
{
    ASSERT_OK_AND_LET(const auto authority, CertificateAuthority::create(request_for("test")));
    CertificateRequest request = request_for("server");
    request.dns_names = {"localhost", "*.blob.core.starkeep.test"};
    request.ip_addresses = {"127.0.0.1", "::1"};

    ASSERT_OK_AND_LET(const IssuedCertificate issued, authority.issue(request));

    EXPECT_THAT(issued.certificate_pem, StartsWith("-----BEGIN CERTIFICATE-----"));
    EXPECT_THAT(std::string(issued.key_pem.reveal()), StartsWith("-----BEGIN PRIVATE KEY-----"));
}

TEST(CertificateAuthority, IsTheSameAfterLoading)
{
    ASSERT_OK_AND_LET(const auto made, CertificateAuthority::create(request_for("test")));

    ASSERT_OK_AND_LET(
        const auto loaded,
        CertificateAuthority::load(made.certificate_pem(), made.key_pem().reveal())
    );

    EXPECT_EQ(loaded.certificate_pem(), made.certificate_pem());
}

TEST(CertificateAuthority, RefusesAKeyThatIsNotItsOwn)
{
    ASSERT_OK_AND_LET(const auto made, CertificateAuthority::create(request_for("test")));
    const Secret foreign = RsaKey::generate().format_pem();

    EXPECT_ERROR(
        CertificateAuthority::load(made.certificate_pem(), foreign.reveal()), ErrorCode::Corrupt
    );
    EXPECT_ERROR(CertificateAuthority::load("", made.key_pem().reveal()), ErrorCode::Corrupt);
    EXPECT_ERROR(CertificateAuthority::load(made.certificate_pem(), ""), ErrorCode::Corrupt);
}

TEST(CertificateAuthority, RefusesNamesThatCannotBe)
{
    ASSERT_OK_AND_LET(const auto authority, CertificateAuthority::create(request_for("test")));
    const auto issue =
        [&authority](const std::string& name, const std::string& dns, const std::string& ip) {
            CertificateRequest request = request_for(name);
            if (!dns.empty()) {
                request.dns_names = {dns};
            }
            if (!ip.empty()) {
                request.ip_addresses = {ip};
            }
            return authority.issue(request);
        };

    EXPECT_ERROR(issue("server", "", ""), ErrorCode::InvalidInput);
    EXPECT_ERROR(issue("server", "a,DNS:b", ""), ErrorCode::InvalidInput);
    EXPECT_ERROR(issue("server", "", "300.0.0.1"), ErrorCode::InvalidInput);
    EXPECT_ERROR(issue("", "localhost", ""), ErrorCode::InvalidInput);
    EXPECT_ERROR(issue(std::string(65, 'a'), "localhost", ""), ErrorCode::InvalidInput);
    EXPECT_ERROR(CertificateAuthority::create(request_for("")), ErrorCode::InvalidInput);
}

}  // namespace
}  // namespace starkeep::codec
