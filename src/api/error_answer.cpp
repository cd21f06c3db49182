// SPDX-License-Identifier: Apache-2.0
#include "api/error_answer.hpp"

#include "api/route.hpp"
#include "appliance/problem.hpp"
#include "appliance/users.hpp"
#include "base/error.hpp"

namespace starkeep::api {

int http_status(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidInput:
        return 400;
    case ErrorCode::Denied:
        return 403;
    case ErrorCode::NotFound:
        return 404;
    case ErrorCode::Exists:
    case ErrorCode::Conflict:
        return 409;
    case ErrorCode::Throttled:
        return 429;
    case ErrorCode::Unsupported:
        return 501;
    case ErrorCode::Rejected:
        return 502;
    case ErrorCode::Unavailable:
    case ErrorCode::Cancelled:
        return 503;
    case ErrorCode::TimedOut:
        return 504;
    case ErrorCode::NoSpace:
        return 507;
    case ErrorCode::Corrupt:
        return 500;
    }
    return 500;
}

Answer error_answer(const Error& error, int status)
{
    return {
        .status = status == 0 ? http_status(error.code()) : status,
        .body = {{"error", appliance::problem(error)}}
    };
}

Answer refusal(const Error& error, const appliance::Caller& caller)
{
    const bool unknown = error.code() == ErrorCode::Denied && caller.user.empty();
    return error_answer(error, unknown ? kUnauthorized : 0);
}

}  // namespace starkeep::api
