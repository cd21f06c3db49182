// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "codec/x25519.hpp"
#include "protocol/envelope.hpp"
#include "protocol/session_keys.hpp"
#include "protocol/worker_config.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>

namespace starkeep::protocol {
namespace {

// The worked example of docs/worker-protocol.md section 3, with the appliance's private key of RFC 7748 section 6.1.
constexpr std::string_view kExample =
    R"({"starkeep":1,"worker":"1f2e3d4c","session":"f35e5616160a30bf","sequence":5,"part":1,)"
    R"("parts":1,"box":"BwcHBwcHBwcHBwcH0zxV6te9Ojx8FlJwv2mrzJOfCsdbVkbxvXoOqtNgp8ljFLq2vGvINtRK)"
    R"(M0uPPFcUjl7z2vl1FD2tPrLqsFF1cJLJUjHgqI/sRe81RwKw"})";
constexpr std::string_view kAppliance =
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
constexpr std::string_view kWorkerPublic =
    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";

TEST(SessionKeys, OpenTheWorkedExampleOfThePage)
{
    codec::Key256 appliance;
    codec::Key256 bootstrap_secret;
    codec::X25519PublicKey worker_key{};
    ASSERT_TRUE(from_hex(kAppliance, appliance.bytes));
    ASSERT_TRUE(from_hex(kWorkerPublic, worker_key));
    bootstrap_secret.bytes.fill(std::byte{0x42});
    ASSERT_OK_AND_LET(const Envelope envelope, decode_envelope(kExample));

    ASSERT_OK_AND_LET(
        const SessionKeys keys,
        derive_session_keys(
            envelope.worker,
            appliance,
            worker_key,
            codec::x25519_public_key(appliance),
            bootstrap_secret
        )
    );

    EXPECT_EQ(keys.session, envelope.session);
    EXPECT_EQ(encode_envelope(envelope), kExample);
    ASSERT_OK_AND_LET(const Bytes piece, unseal(keys, Direction::Events, envelope));
    EXPECT_EQ(as_text(piece), R"({"event":"accepted","task":"000102030405060708090a0b0c0d0e0f"})");
    EXPECT_ERROR(unseal(keys, Direction::Tasks, envelope), ErrorCode::Corrupt);
}

TEST(SessionKeys, RefuseAWorkerKeyOfSmallOrder)
{
    codec::Key256 appliance;
    ASSERT_TRUE(from_hex(kAppliance, appliance.bytes));

    EXPECT_ERROR(
        derive_session_keys({}, appliance, {}, codec::x25519_public_key(appliance), {}),
        ErrorCode::InvalidInput
    );
}

}  // namespace
}  // namespace starkeep::protocol
