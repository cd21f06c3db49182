// SPDX-License-Identifier: Apache-2.0
// From an HTTP request to its answer: route, access token, limits, handler, audit.
#pragma once

#include "api/route.hpp"
#include "appliance/appliance.hpp"
#include "http/message.hpp"
#include "http/server.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace starkeep::api {

/// Larger bodies are refused: a policy or a restore is some KiB.
inline constexpr std::size_t kMaxBodyBytes = std::size_t{1} << 20U;

/// Thread: any.
class Service {
public:
    explicit Service(appliance::Appliance& appliance) : appliance_(appliance) {}

    /// Never fails: a failure is an answer. Every answer carries X-Request-Id.
    http::Response handle(const http::Request& request, const http::Peer& peer);

private:
    Answer answer(const http::Request& request, const std::string& request_id);
    Result<Answer> dispatch(const Route& route, Call& call, const http::Request& request);
    std::string metrics();

    appliance::Appliance& appliance_;
    std::array<std::atomic<std::uint64_t>, 6> answers_by_class_{};  ///< by the status' first digit
};

}  // namespace starkeep::api
