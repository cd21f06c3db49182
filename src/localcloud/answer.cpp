// SPDX-License-Identifier: Apache-2.0
#include "localcloud/answer.hpp"

#include "base/bytes.hpp"
#include "http/message.hpp"
#include "json/json.hpp"
#include "localcloud/guid.hpp"

#include <fmt/core.h>

#include <string>
#include <string_view>

namespace starkeep::localcloud {

namespace {

constexpr int kBadRequest = 400;
constexpr int kNotFound = 404;

}  // namespace

Answer refusal(int status, std::string_view code, std::string_view message)
{
    Answer answer{.status = status};
    answer.body["error"] = {{"code", std::string(code)}, {"message", std::string(message)}};
    return answer;
}

Answer bare_refusal(int status, std::string_view code, std::string_view message)
{
    Answer answer{.status = status};
    answer.body["code"] = std::string(code);
    answer.body["message"] = fmt::format(
        "{}\r\nActivityId: {}, Microsoft.Azure.Documents.Common/2.14.0", message, new_guid()
    );
    return answer;
}

Answer resource_not_found(std::string_view type_and_name, std::string_view group)
{
    return refusal(
        kNotFound,
        "ResourceNotFound",
        fmt::format(
            "The Resource '{}' under resource group '{}' was not found. For more details please go "
            "to "
            "https://aka.ms/ARMResourceNotFoundFix",
            type_and_name,
            group
        )
    );
}

Answer invalid_parameter(std::string_view code, std::string_view message)
{
    return refusal(kBadRequest, code, message);
}

http::Response to_response(const Answer& answer)
{
    http::Response response{.status = answer.status, .headers = answer.headers};
    if (!answer.body.is_null()) {
        response.headers.set("Content-Type", "application/json; charset=utf-8");
        response.body = to_bytes(json::format(answer.body));
    }
    return response;
}

}  // namespace starkeep::localcloud
