// SPDX-License-Identifier: Apache-2.0
#include "appliance/problem.hpp"

#include "base/error.hpp"
#include "json/json.hpp"

#include <string>
#include <string_view>

namespace starkeep::appliance {

namespace {

struct Blame {
    std::string_view layer;
    std::string_view owner;
};

Blame blame(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidInput:
    case ErrorCode::NotFound:
    case ErrorCode::Exists:
    case ErrorCode::Conflict:
    case ErrorCode::Cancelled:
        return {.layer = "request", .owner = "caller"};
    case ErrorCode::Denied:
        return {.layer = "authorization", .owner = "administrator"};
    case ErrorCode::Throttled:
    case ErrorCode::TimedOut:
        return {.layer = "service", .owner = "provider"};
    case ErrorCode::Unavailable:
        return {.layer = "network", .owner = "operator"};
    case ErrorCode::Corrupt:
        return {.layer = "storage", .owner = "operator"};
    case ErrorCode::Unsupported:
    case ErrorCode::Rejected:
        return {.layer = "service", .owner = "operator"};
    case ErrorCode::NoSpace:
        return {.layer = "capacity", .owner = "administrator"};
    }
    return {.layer = "appliance", .owner = "operator"};
}

}  // namespace

Json problem(const Error& error, std::string_view layer)
{
    const Blame known = blame(error.code());
    return {
        {"code", std::string(name(error.code()))},
        {"message", error.account()},
        {"hint", error.hint()},
        {"layer", std::string(layer.empty() ? known.layer : layer)},
        {"owner", std::string(known.owner)}
    };
}

}  // namespace starkeep::appliance
