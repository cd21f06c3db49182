// SPDX-License-Identifier: Apache-2.0
// What Entra ID and the metadata service answer to a request for a token.
#pragma once

#include "azure/credential.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

#include <chrono>
#include <string>

namespace starkeep::azure {

/// Numbers as JSON numbers (Entra ID) or as text (metadata service).
/// Errors: those of TokenCredential::token. `who` names the identity in them.
Result<AccessToken>
read_token(const http::Response& response, const std::string& who, std::chrono::sys_seconds now);

}  // namespace starkeep::azure
