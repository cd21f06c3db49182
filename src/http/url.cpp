// SPDX-License-Identifier: Apache-2.0
#include "http/url.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace starkeep::http {

namespace {

bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string encoded(std::string_view text, std::string_view kept)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c) || kept.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
    }
    return out;
}

Error no_url(std::string_view text, const std::string& why)
{
    return {ErrorCode::InvalidInput, "\"" + redacted(text) + "\" is no http or https URL: " + why};
}

Result<std::uint16_t> parse_port(std::string_view digits, std::string_view whole)
{
    std::uint16_t port = 0;
    const auto [stop, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (failure != std::errc() || stop != digits.data() + digits.size() || port == 0) {
        return no_url(whole, "its port is no number from 1 to 65535");
    }
    return port;
}

/// "host", "host:port" or "[::1]:port".
Result<void> take_authority(std::string_view authority, std::string_view whole, Url& url)
{
    const std::size_t after_host =
        authority.starts_with('[') ? authority.find(']') : authority.find(':');
    const bool is_bracketed = authority.starts_with('[');
    if (is_bracketed && after_host == std::string_view::npos) {
        return no_url(whole, "a bracket is open");
    }
    url.host = authority.substr(0, is_bracketed ? after_host + 1 : after_host);
    if (url.host.empty()) {
        return no_url(whole, "it names no host");
    }
    const std::string_view rest = authority.substr(url.host.size());
    if (rest.empty()) {
        return {};
    }
    if (!rest.starts_with(':')) {
        return no_url(whole, "its host is followed by something else than a port");
    }
    TRY_LET(url.port, parse_port(rest.substr(1), whole));
    return {};
}

bool ends_value(char c)
{
    constexpr std::string_view kEnds = "&\"'<>;,) \t\r\n";
    return kEnds.find(c) != std::string_view::npos;
}

bool ends_authority(char c)
{
    return c == '/' || c == '?' || c == '#' || ends_value(c);
}

std::string without_signatures(std::string_view text)
{
    constexpr std::string_view kName = "sig=";
    std::string out;
    while (true) {
        const std::size_t found = text.find(kName);
        if (found == std::string_view::npos) {
            return out += text;
        }
        out += text.substr(0, found + kName.size());
        text.remove_prefix(found + kName.size());
        const auto end = std::ranges::find_if(text, ends_value);
        const auto length = static_cast<std::size_t>(end - text.begin());
        out += length == 0 ? "" : "***";
        text.remove_prefix(length);
    }
}

std::string without_userinfo(std::string_view text)
{
    constexpr std::string_view kMark = "://";
    std::string out;
    while (true) {
        const std::size_t found = text.find(kMark);
        if (found == std::string_view::npos) {
            return out += text;
        }
        out += text.substr(0, found + kMark.size());
        text.remove_prefix(found + kMark.size());
        const auto end = std::ranges::find_if(text, ends_authority);
        const std::string_view authority =
            text.substr(0, static_cast<std::size_t>(end - text.begin()));
        if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
            out += "***";
            text.remove_prefix(at);
        }
    }
}

}  // namespace

std::string Url::origin() const
{
    return scheme + "://" + host + (port ? ":" + std::to_string(*port) : std::string());
}

std::string Url::text() const
{
    return origin() + path + (query.empty() ? "" : "?" + query);
}

Result<Url> parse_url(std::string_view text)
{
    Url url;
    const std::size_t mark = text.find("://");
    url.scheme = text.substr(0, mark);
    if (mark == std::string_view::npos || (url.scheme != "http" && url.scheme != "https")) {
        return no_url(text, "it does not begin with http:// or https://");
    }
    const bool is_plain =
        std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
    if (!is_plain) {
        return no_url(text, "it holds a fragment, a space or a character beyond ASCII");
    }
    const std::string_view rest = text.substr(mark + 3);
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, end);
    if (authority.find('@') != std::string_view::npos) {
        return no_url(text, "it holds a user or a password");
    }
    TRY(take_authority(authority, text, url));
    const std::string_view tail = rest.substr(end);
    const std::size_t question = std::min(tail.find('?'), tail.size());
    url.path = question == 0 ? "/" : std::string(tail.substr(0, question));
    url.query = tail.substr(std::min(question + 1, tail.size()));
    return url;
}

std::string percent_encode(std::string_view text)
{
    return encoded(text, "");
}

std::string percent_encode_path(std::string_view text)
{
    return encoded(text, "/");
}

Result<std::string> percent_decode(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        std::array<std::byte, 1> byte{};
        if (text.size() - i < 3 || !from_hex(text.substr(i + 1, 2), byte)) {
            return Error{
                ErrorCode::InvalidInput,
                "\"" + redacted(text) + "\" holds a % without two hexadecimal digits"
            };
        }
        out += static_cast<char>(byte[0]);
        i += 2;
    }
    return out;
}

std::string format_query(const QueryParameters& parameters)
{
    std::string out;
    for (const auto& [name, value] : parameters) {
        out += (out.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
    }
    return out;
}

Result<QueryParameters> parse_query(std::string_view query)
{
    QueryParameters parameters;
    while (!query.empty()) {
        const std::string_view piece = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(piece.size() + 1, query.size()));
        if (piece.empty()) {
            continue;
        }
        const std::size_t equals = std::min(piece.find('='), piece.size());
        TRY_LET(std::string name, percent_decode(piece.substr(0, equals)));
        TRY_LET(
            std::string value, percent_decode(piece.substr(std::min(equals + 1, piece.size())))
        );
        parameters.emplace_back(std::move(name), std::move(value));
    }
    return parameters;
}

std::string with_query(std::string_view url, std::string_view encoded)
{
    std::string out(url);
    if (!encoded.empty()) {
        out += (url.find('?') == std::string_view::npos ? "?" : "&") + std::string(encoded);
    }
    return out;
}

std::string redacted(std::string_view text)
{
    return without_signatures(without_userinfo(text));
}

}  // namespace starkeep::http
