// SPDX-License-Identifier: Apache-2.0
// What a call is answered with: a status and JSON, or a refusal in Azure's envelope.
#pragma once

#include "http/message.hpp"
#include "json/json.hpp"

#include <string>
#include <string_view>

namespace starkeep::localcloud {

struct Answer {
    int status = 200;
    Json body{};  ///< null: an empty body
    http::Headers headers{};
};

/// {"error":{"code":…,"message":…}}
Answer refusal(int status, std::string_view code, std::string_view message);
/// The Cosmos provider's own form, without envelope. Source: azure README 2.2.
Answer bare_refusal(int status, std::string_view code, std::string_view message);

Answer resource_not_found(std::string_view type_and_name, std::string_view group);
Answer invalid_parameter(std::string_view code, std::string_view message);

/// With Content-Type when there is a body.
http::Response to_response(const Answer& answer);

}  // namespace starkeep::localcloud
