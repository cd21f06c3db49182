// SPDX-License-Identifier: Apache-2.0
// What a test says about a Result.
#pragma once

#include "base/result.hpp"

#include <gtest/gtest.h>

#define ASSERT_OK(expression)                                                                      \
    do {                                                                                           \
        const auto& assert_ok_result = (expression);                                               \
        ASSERT_TRUE(assert_ok_result.ok()) << assert_ok_result.error().text();                     \
    } while (false)

#define EXPECT_OK(expression)                                                                      \
    do {                                                                                           \
        const auto& expect_ok_result = (expression);                                               \
        EXPECT_TRUE(expect_ok_result.ok()) << expect_ok_result.error().text();                     \
    } while (false)

#define STARKEEP_ASSERT_OK_AND_LET(temporary, declaration, ...)                                    \
    auto temporary = (__VA_ARGS__);                                                                \
    ASSERT_TRUE((temporary).ok()) << (temporary).error().text();                                   \
    declaration = std::move(temporary).value()

#define ASSERT_OK_AND_LET(declaration, ...)                                                        \
    STARKEEP_ASSERT_OK_AND_LET(STARKEEP_JOIN(assert_let_, __LINE__), declaration, __VA_ARGS__)

#define EXPECT_ERROR(expression, expected)                                                         \
    do {                                                                                           \
        const auto& expect_error_result = (expression);                                            \
        ASSERT_FALSE(expect_error_result.ok())                                                     \
            << "succeeded, expected " << ::starkeep::name(expected);                               \
        EXPECT_EQ(expect_error_result.error().code(), expected)                                    \
            << expect_error_result.error().text();                                                 \
    } while (false)
