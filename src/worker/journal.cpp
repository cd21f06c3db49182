// SPDX-License-Identifier: Apache-2.0
#include "worker/journal.hpp"

#include "base/error.hpp"
#include "http/url.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

namespace starkeep::worker {

void tell(std::string_view sentence)
{
    fmt::print(stderr, "starkeep-worker: {}\n", http::redacted(sentence));
    static_cast<void>(std::fflush(stderr));
}

void tell(const Error& error)
{
    tell(error.text());
}

}  // namespace starkeep::worker
