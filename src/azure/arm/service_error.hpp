// SPDX-License-Identifier: Apache-2.0
// What Azure says when it refuses, in its several forms, as one Error with a code to branch on and a remedy.
#pragma once

#include "base/error.hpp"
#include "http/message.hpp"
#include "json/json.hpp"

#include <string>
#include <string_view>

namespace starkeep::azure::arm {

/// Azure's own code and words; empty where it gave none.
struct ServiceFault {
    std::string code{};
    std::string message{};
};

/// What was asked for, to be named in the error.
struct Asked {
    std::string what{};     ///< "make virtual network vnet1"
    std::string actions{};  ///< what a role must allow for it; may be empty
    std::string scope{};    ///< where; may be empty
};

/// `{"error":{…}}`, the bare `{"code":…,"message":…}` of Cosmos DB, or neither.
ServiceFault parse_service_fault(const Json& json);
/// Likewise of a body that may be empty or a web page.
ServiceFault parse_service_fault(std::string_view body);

/// Of a response that is no success. The text names what was asked for, status, Azure's code and words, and the request id.
Error service_error(const http::Response& response, const Asked& asked);
/// Of an operation that ended as `state`, "Failed" or "Canceled".
Error operation_error(std::string_view state, const ServiceFault& fault, const Asked& asked);

/// Another change is going on in the same place: the same request will be taken later.
bool is_busy(int status, std::string_view code);

}  // namespace starkeep::azure::arm
