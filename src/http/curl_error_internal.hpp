// SPDX-License-Identifier: Apache-2.0
// What a failure of libcurl means to a person: which layer, which host, what to look at.
#pragma once

#include "base/error.hpp"

#include <curl/curl.h>

#include <string>
#include <string_view>

namespace starkeep::http {

struct CurlFailure {
    CURLcode code = CURLE_OK;
    std::string_view host{};   ///< with the port when the URL has one
    std::string_view words{};  ///< libcurl's own
    bool was_connected = false;
};

Error curl_error(const CurlFailure& failure);

}  // namespace starkeep::http
