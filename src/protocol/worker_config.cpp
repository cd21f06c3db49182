// SPDX-License-Identifier: Apache-2.0
#include "protocol/worker_config.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"
#include "protocol/members_internal.hpp"
#include "sys/clock.hpp"

#include <string>
#include <string_view>

namespace starkeep::protocol {

Secret encode_worker_config(const WorkerConfig& config)
{
    const Json document = {
        {"version", kProtocolVersion},
        {"worker", config.worker.hex()},
        {"tasks_url", std::string(config.tasks_url.reveal())},
        {"events_url", std::string(config.events_url.reveal())},
        {"appliance_key", to_hex(config.appliance_key)},
        {"appliance_signing_key", to_hex(config.appliance_signing_key)},
        {"bootstrap_secret", to_hex(config.bootstrap_secret.bytes)},
        {"expires", sys::format_rfc3339(config.expires)},
        {"storage_suffix", config.storage_suffix},
        {"ca_certificates", config.ca_certificates},
    };
    return Secret(json::format(document) + "\n");
}

Result<WorkerConfig> decode_worker_config(std::string_view text)
{
    TRY_LET(const Json document, json::parse(text));
    TRY(require_version(document, "version", "the bootstrap file"));
    WorkerConfig config;
    TRY(get_hex(document, "worker", config.worker.bytes));
    TRY_LET(std::string tasks_url, json::get_string(document, "tasks_url"));
    config.tasks_url = Secret(std::move(tasks_url));
    TRY_LET(std::string events_url, json::get_string(document, "events_url"));
    config.events_url = Secret(std::move(events_url));
    TRY(get_hex(document, "appliance_key", config.appliance_key));
    TRY(get_hex(document, "appliance_signing_key", config.appliance_signing_key));
    TRY(get_hex(document, "bootstrap_secret", config.bootstrap_secret.bytes));
    TRY_LET(const std::string expires, json::get_string(document, "expires"));
    const auto time = sys::parse_rfc3339(expires);
    if (!time.ok()) {
        return Error{ErrorCode::Corrupt, "JSON: member \"expires\" is no time"};
    }
    config.expires = *time;
    TRY_LET(config.storage_suffix, json::get_string(document, "storage_suffix"));
    TRY_LET(config.ca_certificates, json::get_string(document, "ca_certificates"));
    return config;
}

}  // namespace starkeep::protocol
