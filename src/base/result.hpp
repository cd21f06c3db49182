// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error. Dropping one is a compile error; taking the wrong half ends the process.
#pragma once

#include "base/contract.hpp"
#include "base/error.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace starkeep {

template <typename T>
class [[nodiscard]] Result {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): `return value;` is the point of the type
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    // NOLINTNEXTLINE(google-explicit-constructor): `return Error{…};` likewise
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return state_.index() == 0; }

    T& value() &
    {
        ENSURE(ok());
        return *std::get_if<0>(&state_);
    }
    const T& value() const&
    {
        ENSURE(ok());
        return *std::get_if<0>(&state_);
    }
    T&& value() &&
    {
        ENSURE(ok());
        return std::move(*std::get_if<0>(&state_));
    }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }

    const Error& error() const&
    {
        ENSURE(!ok());
        return *std::get_if<1>(&state_);
    }
    Error&& error() &&
    {
        ENSURE(!ok());
        return std::move(*std::get_if<1>(&state_));
    }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): `return Error{…};` is the point of the type
    Result(Error error) : error_(std::move(error)) {}

    bool ok() const { return !error_.has_value(); }
    const Error& error() const&
    {
        ENSURE(error_.has_value());
        return *error_;
    }
    Error&& error() &&
    {
        ENSURE(error_.has_value());
        return std::move(*error_);
    }

private:
    std::optional<Error> error_;
};

}  // namespace starkeep

#define STARKEEP_JOIN_EXPANDED(left, right) left##right
#define STARKEEP_JOIN(left, right) STARKEEP_JOIN_EXPANDED(left, right)

#define STARKEEP_TRY(temporary, ...)                                                               \
    do {                                                                                           \
        if (auto temporary = (__VA_ARGS__); !(temporary).ok()) {                                   \
            return std::move(temporary).error();                                                   \
        }                                                                                          \
    } while (false)

/// Leaves the enclosing function with the error of the expression, if it has one. A statement, never an expression.
/// (Counted names, so that a lambda inside may use TRY as well.)
#define TRY(...) STARKEEP_TRY(STARKEEP_JOIN(try_, __COUNTER__), __VA_ARGS__)

#define STARKEEP_TRY_LET(temporary, declaration, ...)                                              \
    auto temporary = (__VA_ARGS__);                                                                \
    if (!(temporary).ok()) {                                                                       \
        return std::move(temporary).error();                                                       \
    }                                                                                              \
    declaration = std::move(temporary).value()

/// Declares a variable from a Result: TRY_LET(const Footer footer, read_footer(file));
#define TRY_LET(declaration, ...)                                                                  \
    STARKEEP_TRY_LET(STARKEEP_JOIN(try_let_, __COUNTER__), declaration, __VA_ARGS__)
