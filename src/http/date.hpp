// SPDX-License-Identifier: Apache-2.0
// The date format of HTTP headers: "Thu, 26 Nov 2026 13:00:43 GMT".
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace starkeep::http {

/// Source: RFC 9110 section 5.6.7, IMF-fixdate.
std::string format_http_date(std::chrono::sys_seconds time);

/// Errors: InvalidInput; the two obsolete formats are refused too.
Result<std::chrono::sys_seconds> parse_http_date(std::string_view text);

}  // namespace starkeep::http
