// SPDX-License-Identifier: Apache-2.0
#include "cli/appliance_client.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/context.hpp"
#include "cli/login_store.hpp"
#include "http/curl_transport.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "json/json.hpp"

#include <array>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::cli {

namespace {

constexpr std::array kCodes = {
#define ERROR_CODE(name, exit_status, meaning) ErrorCode::name,
#include "base/error_codes.def"
#undef ERROR_CODE
};

ErrorCode code_named(std::string_view text)
{
    for (const ErrorCode code : kCodes) {
        if (name(code) == text) {
            return code;
        }
    }
    return ErrorCode::Unavailable;
}

/// What the envelope says, or that the other side is no appliance.
Error refused(const http::Response& response, const std::string& url)
{
    const Result<Json> document = json::parse(response.text());
    if (!document.ok() || !document->contains("error")) {
        return {
            ErrorCode::Unavailable,
            url + " answered " + std::to_string(response.status) + " as no appliance does",
            "Is this the address of a starkeep serve?"
        };
    }
    return appliance_error((*document)["error"]);
}

}  // namespace

Error appliance_error(const Json& problem)
{
    return {
        code_named(problem.value("code", std::string())),
        problem.value("message", std::string("no message")),
        problem.value("hint", std::string())
    };
}

std::string encoded(const std::string& text)
{
    return http::percent_encode(text);
}

Result<ApplianceClient> ApplianceClient::open(const Context& context)
{
    TRY_LET(Login login, load_login());
    return connect(login.url, login.ca_file, std::move(login.token), context.stop);
}

Result<ApplianceClient> ApplianceClient::connect(
    const std::string& url, const std::string& ca_file, Secret token, std::stop_token stop
)
{
    TRY_LET(const http::Url parsed, http::parse_url(url));
    TRY_LET(
        std::unique_ptr<http::Transport> transport, http::make_curl_transport({.ca_file = ca_file})
    );
    return ApplianceClient(
        std::move(transport), parsed.origin(), std::move(token), std::move(stop)
    );
}

Result<Json>
ApplianceClient::send(const std::string& method, const std::string& path, const Json& body) const
{
    http::Request request{.method = method, .url = url_ + "/api/v1/" + path};
    if (!token_.reveal().empty()) {
        request.headers.set("Authorization", "Bearer " + std::string(token_.reveal()));
    }
    if (!body.is_null()) {
        request.headers.set("Content-Type", "application/json");
        request.body = to_bytes(json::format(body));
    }
    Result<http::Response> response = transport_->send(request, stop_);
    if (!response.ok()) {
        return std::move(response).error().during("asking the appliance at " + url_);
    }
    if (!response->is_success()) {
        return refused(*response, url_);
    }
    if (response->body.empty()) {
        return Json();
    }
    return json::parse(response->text());
}

Result<std::string> repository_name(const ApplianceClient& client, const std::string& given)
{
    if (!given.empty()) {
        return given;
    }
    TRY_LET(const Json all, client.get("repositories"));
    const Json& items = all["items"];
    if (items.empty()) {
        return Error{
            ErrorCode::NotFound,
            "no repository is registered at " + client.url(),
            "Register one with: starkeep repository create NAME --url URL --password-file FILE."
        };
    }
    if (items.size() > 1) {
        std::string names;
        for (const Json& item : items) {
            names += (names.empty() ? "" : ", ") + item.value("name", std::string());
        }
        return Error{
            ErrorCode::InvalidInput,
            "several repositories are registered: " + names,
            "Say which with --repository NAME."
        };
    }
    return items[0].value("name", std::string());
}

}  // namespace starkeep::cli
