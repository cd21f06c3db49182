// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"
#include "codec/password.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <array>

namespace starkeep::codec {
namespace {

// From the reference implementation's test.c (version 0x13). RFC 9106's own vector has a secret and associated data
// beside the password, which the format does not use.
TEST(PasswordKey, AgreesWithThePublishedVectors)
{
    struct Case {
        const char* name{};
        const char* password{};
        const char* salt{};
        PasswordCost cost;
        const char* expected{};
    };
    const std::array<Case, 3> cases = {{
        {.name = "64 MiB, 2 passes",
         .password = "password",
         .salt = "somesalt",
         .cost = {.memory_kib = 65536, .passes = 2, .lanes = 1},
         .expected = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"},
        {.name = "another password",
         .password = "differentpassword",
         .salt = "somesalt",
         .cost = {.memory_kib = 65536, .passes = 2, .lanes = 1},
         .expected = "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde"},
        {.name = "another salt",
         .password = "password",
         .salt = "diffsalt",
         .cost = {.memory_kib = 65536, .passes = 2, .lanes = 1},
         .expected = "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c"},
    }};
    for (const Case& test : cases) {
        SCOPED_TRACE(test.name);
        ASSERT_OK_AND_LET(
            const Key256 key, password_key(Secret(test.password), as_bytes(test.salt), test.cost)
        );
        EXPECT_EQ(to_hex(key.bytes), test.expected);
    }
}

TEST(PasswordKey, RefusesCostsOutOfRange)
{
    const std::array<PasswordCost, 6> costs = {{
        {.memory_kib = 8191},
        {.memory_kib = 1048577},
        {.passes = 0},
        {.passes = 17},
        {.lanes = 0},
        {.lanes = 17},
    }};
    for (const PasswordCost& cost : costs) {
        EXPECT_FALSE(cost.allowed());
        EXPECT_ERROR(
            password_key(Secret("password"), as_bytes("somesalt"), cost), ErrorCode::InvalidInput
        );
    }
    EXPECT_TRUE((PasswordCost{.memory_kib = 8192, .passes = 1, .lanes = 1}).allowed());
    EXPECT_TRUE((PasswordCost{.memory_kib = 1048576, .passes = 16, .lanes = 16}).allowed());
}

TEST(PasswordKey, RefusesAnEmptyPasswordAndAShortSalt)
{
    EXPECT_ERROR(password_key(Secret(""), as_bytes("somesalt"), {}), ErrorCode::InvalidInput);
    EXPECT_ERROR(password_key(Secret("password"), as_bytes("salt"), {}), ErrorCode::InvalidInput);
}

}  // namespace
}  // namespace starkeep::codec
