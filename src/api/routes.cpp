// SPDX-License-Identifier: Apache-2.0
#include "api/route.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

#include <charconv>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::api {

const std::vector<Route>& routes()
{
    static const std::vector<Route> all = [] {
        std::vector<Route> joined;
        for (auto part :
             {system_routes, catalog_routes, user_routes, session_routes, point_routes, azure_routes}) {
            std::vector<Route> some = part();
            std::move(some.begin(), some.end(), std::back_inserter(joined));
        }
        return joined;
    }();
    return all;
}

Result<std::uint64_t>
query_number(const Call& call, std::string_view key, std::uint64_t otherwise, std::uint64_t most)
{
    const auto found = call.query.find(key);
    if (found == call.query.end()) {
        return otherwise;
    }
    std::uint64_t number = 0;
    const std::string& text = found->second;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size() || number > most) {
        return Error{
            ErrorCode::InvalidInput,
            "query " + std::string(key) + " is no whole number from 0 to " + std::to_string(most)
        };
    }
    return number;
}

}  // namespace starkeep::api
