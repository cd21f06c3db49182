// SPDX-License-Identifier: Apache-2.0
// A failure as an HTTP answer: the envelope {"error": {…}} and the status of its code.
#pragma once

#include "api/route.hpp"
#include "appliance/users.hpp"
#include "base/error.hpp"

namespace starkeep::api {

inline constexpr int kUnauthorized = 401;
inline constexpr int kMethodNotAllowed = 405;

int http_status(ErrorCode code);

/// `status` 0: the code's own.
Answer error_answer(const Error& error, int status = 0);

/// Of a route: what is denied to nobody known is 401.
Answer refusal(const Error& error, const appliance::Caller& caller);

}  // namespace starkeep::api
