// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/ipv4_prefix.hpp"
#include "fleet/reach_script_internal.hpp"
#include "fleet/script_internal.hpp"
#include "fleet/verify_network.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

namespace {

/// In front of each line that is an answer.
constexpr std::string_view kMark = "##REACH";

bool is_host(std::string_view host)
{
    return !host.empty() && host.size() <= 253 &&
           host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
           ) == std::string_view::npos;
}

std::string remedy(const ReachResult& result)
{
    const std::string& host = result.reach.host;
    const std::string port = std::to_string(result.reach.port);
    switch (result.layer) {
    case ReachLayer::Dns:
        return "Layer: dns. Owner: the owner of the private DNS zone. " + host +
               " does not resolve in the workers' subnet: link the zone to the network and run "
               "starkeep network apply.";
    case ReachLayer::Tcp:
        return "Layer: network. Owner: whoever guards the network of the workers' subnet. Let the "
               "subnet reach " +
               host + " on port " + port +
               ": security groups, routes, firewall, the endpoint's approval.";
    case ReachLayer::Tls:
        return "Layer: tls. Owner: whoever runs a proxy between the subnet and " + host +
               ". The certificate that answers is not the server's own, or not trusted.";
    case ReachLayer::Reached:
        return result.is_private ? ""
                                 : "Layer: dns. Owner: the owner of the private DNS zone. " + host +
                                       " leads to a public address: the private zone is not linked "
                                       "to the network or lacks the name.";
    }
    return {};
}

std::optional<ReachLayer> find_layer(std::string_view text)
{
    if (text == "dns") {
        return ReachLayer::Dns;
    }
    if (text == "tcp") {
        return ReachLayer::Tcp;
    }
    if (text == "tls") {
        return ReachLayer::Tls;
    }
    return text == "ok" ? std::optional(ReachLayer::Reached) : std::nullopt;
}

/// "##REACH number layer address address…"
void read_line(
    std::vector<std::optional<ReachResult>>& results,
    const std::vector<Reach>& targets,
    const std::string& line
)
{
    std::istringstream words(line);
    std::string mark;
    std::size_t number = 0;
    std::string layer;
    if (!(words >> mark >> number >> layer) || mark != kMark || number >= targets.size()) {
        return;
    }
    const std::optional<ReachLayer> reached = find_layer(layer);
    if (!reached) {
        return;
    }
    ReachResult result{.reach = targets[number], .layer = *reached};
    for (std::string address; words >> address;) {
        result.addresses.push_back(address);
    }
    result.is_private =
        !result.addresses.empty() &&
        std::all_of(result.addresses.begin(), result.addresses.end(), [](const std::string& one) {
            return is_private_ipv4(one);
        });
    result.remedy = remedy(result);
    results[number] = std::move(result);
}

}  // namespace

Script reach_script(const std::vector<Reach>& targets)
{
    Script script;
    script.lines = {
        "trap 'echo \"##RC=$?\"; exit 0' EXIT",
        "try() {",
        "  local number=$1 host=$2 port=$3 tls=$4 layer=ok addresses",
        "  addresses=$(getent ahostsv4 \"$host\" | cut -d' ' -f1 | sort -u | tr '\\n' ' ')",
        "  if [ -z \"$addresses\" ]; then layer=dns",
        "  elif ! timeout 10 bash -c \"exec 3<>/dev/tcp/$host/$port\" 2>/dev/null; then layer=tcp",
        "  elif [ \"$tls\" = 1 ] && ! curl -sS --max-time 20 -o /dev/null "
        "\"https://$host:$port/\"; then layer=tls",
        "  fi",
        "  echo \"" + std::string(kMark) + " $number $layer $addresses\"",
        "}",
    };
    for (std::size_t number = 0; number < targets.size(); ++number) {
        const Reach& target = targets[number];
        if (is_host(target.host)) {
            script.lines.push_back(
                "try " + std::to_string(number) + " " + target.host + " " +
                std::to_string(target.port) + " " + (target.speaks_tls ? "1" : "0")
            );
        }
    }
    return script;
}

Result<std::vector<ReachResult>>
parse_reach(const std::vector<Reach>& targets, std::string_view output)
{
    std::vector<std::optional<ReachResult>> found(targets.size());
    std::istringstream lines{std::string(output)};
    for (std::string line; std::getline(lines, line);) {
        read_line(found, targets, line);
    }
    std::vector<ReachResult> results;
    for (std::size_t number = 0; number < targets.size(); ++number) {
        if (!found[number]) {
            return Error{
                ErrorCode::Unavailable, "the machine gave no answer about " + targets[number].host
            };
        }
        results.push_back(*std::move(found[number]));
    }
    return results;
}

}  // namespace starkeep::fleet
