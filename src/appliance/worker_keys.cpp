// SPDX-License-Identifier: Apache-2.0
#include "appliance/worker_keys.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "protocol/appliance_link.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_config.hpp"
#include "sys/clock.hpp"

#include <optional>
#include <string>

namespace starkeep::appliance {

namespace {

Result<codec::Key256> key_in(const Json& document, std::string_view member)
{
    codec::Key256 key;
    TRY_LET(const std::string digits, json::get_string(document, member));
    if (!from_hex(digits, key.bytes)) {
        return Error{ErrorCode::Corrupt, "the stored keys of a worker are none"};
    }
    return key;
}

}  // namespace

Secret pack_keys(const WorkerKeys& keys)
{
    return Secret(json::format(
        {{"worker", keys.link.worker.hex()},
         {"private_key", to_hex(keys.link.private_key.bytes)},
         {"bootstrap_secret", to_hex(keys.link.bootstrap_secret.bytes)},
         {"expires", sys::format_rfc3339(keys.link.expires)},
         {"task", keys.task.hex()}}
    ));
}

Result<WorkerKeys> unpack_keys(const Secret& packed)
{
    TRY_LET(const Json document, json::parse(packed.reveal()));
    TRY_LET(const std::string worker, json::get_string(document, "worker"));
    TRY_LET(const std::string task, json::get_string(document, "task"));
    TRY_LET(const std::string expires, json::get_string(document, "expires"));
    WorkerKeys keys;
    TRY_LET(keys.link.private_key, key_in(document, "private_key"));
    TRY_LET(keys.link.bootstrap_secret, key_in(document, "bootstrap_secret"));
    TRY_LET(keys.link.expires, sys::parse_rfc3339(expires));
    const std::optional<protocol::WorkerId> worker_id = protocol::WorkerId::from_hex(worker);
    const std::optional<protocol::TaskId> task_id = protocol::TaskId::from_hex(task);
    if (!worker_id || !task_id) {
        return Error{ErrorCode::Corrupt, "the stored keys of a worker name none"};
    }
    keys.link.worker = *worker_id;
    keys.task = *task_id;
    return keys;
}

}  // namespace starkeep::appliance
