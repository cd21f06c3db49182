// SPDX-License-Identifier: Apache-2.0
// The proof, from inside the workers' subnet, that names lead to private addresses and that servers answer there.
#pragma once

#include "base/result.hpp"
#include "fleet/network_plan.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::fleet {

struct Services;
class StepSink;

/// A server that workers must reach.
struct Reach {
    std::string host{};
    std::uint16_t port = 443;
    /// The handshake is made too, and the certificate checked, where the server begins with TLS (HTTPS).
    bool speaks_tls = true;
};

/// How far a try came: each layer needs the one before.
enum class ReachLayer { Dns, Tcp, Tls, Reached };

struct ReachResult {
    Reach reach{};
    /// The first layer that failed, or Reached.
    ReachLayer layer{};
    std::vector<std::string> addresses{};
    bool is_private = false;
    /// Who can mend it and how; empty when reached.
    std::string remedy{};

    bool is_good(bool must_be_private) const
    {
        return layer == ReachLayer::Reached && (is_private || !must_be_private);
    }
};

struct VerifyRequest {
    Deployment deployment{};
    Network network{};
    std::vector<Reach> targets{};
    /// A worker that runs, by its resource id; empty: a small machine is made for it and removed.
    std::string vm_id{};
};

/// Errors: as launch_worker for the machine; what the script could not say is Unavailable.
Result<std::vector<ReachResult>>
verify_network(const Services& services, const VerifyRequest& request, StepSink& sink);

Json to_json(const std::vector<ReachResult>& results, bool must_be_private);

}  // namespace starkeep::fleet
