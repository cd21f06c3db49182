// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "http/curl_error_internal.hpp"
#include "http/url.hpp"

#include <curl/curl.h>

#include <string>
#include <string_view>
#include <utility>

namespace starkeep::http {

namespace {

constexpr std::string_view kDnsHint = "Check the spelling of the host and this machine's DNS; in a "
                                      "private network, that its private DNS zone is linked.";
constexpr std::string_view kConnectHint = "Check that the service runs, that its port is right and "
                                          "that no firewall or network rule stands between.";
constexpr std::string_view kTlsHint = "If the server's certificate comes from a private authority, "
                                      "name its certificate with --ca-file or STARKEEP_CA_FILE.";
constexpr std::string_view kTimeoutHint = "A firewall that drops packets, a missing route or a "
                                          "private endpoint elsewhere often looks like this.";
constexpr std::string_view kProxyHint =
    "Check the proxy in the environment (https_proxy, no_proxy).";

Error made(ErrorCode code, std::string_view what, const CurlFailure& failure, std::string_view hint)
{
    std::string message = std::string(what) + " " + std::string(failure.host);
    if (!failure.words.empty()) {
        message += ": " + redacted(failure.words);
    }
    return {code, std::move(message), std::string(hint)};
}

Error timed_out(const CurlFailure& failure)
{
    return failure.was_connected
               ? made(ErrorCode::TimedOut, "no complete answer in time from", failure, "")
               : made(ErrorCode::TimedOut, "no connection in time to", failure, kTimeoutHint);
}

}  // namespace

Error curl_error(const CurlFailure& failure)
{
    switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return made(ErrorCode::Unavailable, "DNS does not know", failure, kDnsHint);
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
        return made(ErrorCode::Unavailable, "no way through the proxy to", failure, kProxyHint);
    case CURLE_COULDNT_CONNECT:
        return made(ErrorCode::Unavailable, "no connection to", failure, kConnectHint);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return made(ErrorCode::Unavailable, "no TLS connection to", failure, kTlsHint);
    case CURLE_OPERATION_TIMEDOUT:
        return timed_out(failure);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return made(ErrorCode::InvalidInput, "no URL that can be reached at", failure, "");
    default:
        return made(ErrorCode::Unavailable, "the connection was lost to", failure, "");
    }
}

}  // namespace starkeep::http
