// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/url.hpp"

#include "base/error.hpp"
#include "base/result.hpp"

#include <libpq-fe.h>

#include <cctype>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::source::postgres {

namespace {

struct OptionsFree {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

struct MessageFree {
    void operator()(char* message) const noexcept { PQfreemem(message); }
};

std::string percent_encoded(std::string_view text)
{
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 ||
            std::string_view("-._~,").find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
    }
    return out;
}

std::string value_of(const Parameters& parameters, const std::string& keyword)
{
    const auto found = parameters.find(keyword);
    return found == parameters.end() ? std::string() : found->second;
}

}  // namespace

Result<Parameters> parse_url(std::string_view url)
{
    char* raw_message = nullptr;
    const std::unique_ptr<PQconninfoOption, OptionsFree> options(
        PQconninfoParse(std::string(url).c_str(), &raw_message)
    );
    const std::unique_ptr<char, MessageFree> message(raw_message);
    if (options == nullptr) {
        return Error{
            ErrorCode::InvalidInput,
            "the connection URL cannot be understood",
            "Write postgresql://user@host:port/database and percent-encode special characters."
        };
    }
    Parameters parameters;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) {
            parameters.emplace(option->keyword, option->val);
        }
    }
    return parameters;
}

bool has_password(std::string_view url)
{
    const Result<Parameters> parameters = parse_url(url);
    return parameters.ok() && !value_of(*parameters, "password").empty();
}

Result<std::optional<std::string>> database_of(std::string_view url)
{
    TRY_LET(const Parameters parameters, parse_url(url));
    std::string database = value_of(parameters, "dbname");
    return database.empty() ? std::optional<std::string>() : std::move(database);
}

std::string canonical_url(const Parameters& parameters)
{
    std::string out = "postgresql://";
    if (const std::string user = value_of(parameters, "user"); !user.empty()) {
        out += percent_encoded(user) + "@";
    }
    const std::string host = value_of(parameters, "host");
    out += percent_encoded(host.empty() ? value_of(parameters, "hostaddr") : host);
    // One name for one server, whether or not its URL tells the usual port.
    if (const std::string port = value_of(parameters, "port"); !port.empty() && port != "5432") {
        out += ":" + percent_encoded(port);
    }
    if (const std::string database = value_of(parameters, "dbname"); !database.empty()) {
        out += "/" + percent_encoded(database);
    }
    return out;
}

Result<std::string> url_with_database(std::string_view url, std::string_view database)
{
    TRY_LET(Parameters parameters, parse_url(url));
    parameters["dbname"] = database;
    std::string out = "postgresql:///?";
    for (const auto& [keyword, value] : parameters) {
        if (out.back() != '?') {
            out += '&';
        }
        out += keyword + "=" + percent_encoded(value);
    }
    return out;
}

Result<std::string> url_without_password(std::string_view url)
{
    TRY_LET(const Parameters parameters, parse_url(url));
    return canonical_url(parameters);
}

}  // namespace starkeep::source::postgres
