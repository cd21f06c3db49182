// SPDX-License-Identifier: Apache-2.0
#include "repository/log.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "repository/keyring.hpp"
#include "repository/log_state.hpp"
#include "repository/names.hpp"
#include "repository/patient_put.hpp"
#include "repository/sealed_object.hpp"
#include "store/store.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

/// Every lost race means that another writer got on, so a bound is only there against a store that lies.
constexpr int kMostAttempts = 100;

Error missing(std::uint64_t sequence)
{
    return {
        ErrorCode::Corrupt,
        fmt::format("{}: the log entry is missing", log_entry_name(sequence)),
        "Bring the object back from a copy of the repository; what later entries say cannot be "
        "believed without it.",
    };
}

Result<void> apply_object(const Keyring& keyring, ByteView object, LogState& state)
{
    const std::uint64_t sequence = state.sequence + 1;
    const std::string name = log_entry_name(sequence);
    TRY_LET(const Bytes plain, open_object(keyring, ObjectKind::LogEntry, name, object));
    const auto read = [&]() -> Result<void> {
        TRY_LET(const Json entry, json::parse(as_text(plain)));
        TRY_LET(const std::uint64_t stated, json::get_unsigned(entry, "sequence"));
        TRY_LET(const std::string previous, json::get_string(entry, "previous"));
        if (stated != sequence) {
            return Error{
                ErrorCode::Corrupt, fmt::format("the entry says that it is number {}", stated)
            };
        }
        if (previous != to_hex(state.last_hash)) {
            return Error{ErrorCode::Corrupt, "the entry follows another one than the log's"};
        }
        return apply_entry(name, entry, state);
    };
    if (auto result = read(); !result.ok()) {
        return std::move(result).error().during(name);
    }
    state.sequence = sequence;
    state.last_hash = codec::sha256(object);
    return {};
}

Bytes seal_entry(const Keyring& keyring, const LogState& state, const Json& members)
{
    Json entry = {
        {"sequence", state.sequence + 1},
        {"previous", to_hex(state.last_hash)},
        {"time", sys::format_rfc3339(sys::system_clock().now())},
    };
    entry.update(members);
    const std::string name = log_entry_name(state.sequence + 1);
    return seal_object(keyring, ObjectKind::LogEntry, name, as_bytes(json::format(entry)));
}

/// Whether the entry is ours after all: the answer to a put that went through may have been lost. Its salt is
/// random, so that equal bytes cannot be another's.
Result<bool> is_stored(store::Store& store, const std::string& name, const Bytes& object)
{
    TRY_LET(const Bytes stored, store.get(name));
    return stored == object;
}

}  // namespace

Result<void> read_log(store::Store& store, const Keyring& keyring, LogState& state)
{
    TRY_LET(const std::vector<store::ObjectInfo> objects, store.list(kLogPrefix));
    std::uint64_t last = 0;
    for (const store::ObjectInfo& object : objects) {
        const std::optional<std::uint64_t> sequence = parse_log_entry_name(object.name);
        if (!sequence) {
            continue;
        }
        if (*sequence != last + 1) {
            return missing(last + 1);
        }
        last = *sequence;
    }
    if (last < state.sequence) {
        return missing(last + 1);
    }
    while (state.sequence < last) {
        TRY_LET(const Bytes object, store.get(log_entry_name(state.sequence + 1)));
        TRY(apply_object(keyring, object, state));
    }
    return {};
}

Result<void> append_log(
    store::Store& store,
    const Keyring& keyring,
    LogState& state,
    const std::function<Result<Json>(const LogState&)>& make,
    const Patience& patience
)
{
    TRY(read_log(store, keyring, state));
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
        TRY_LET(const Json members, make(state));
        const std::string name = log_entry_name(state.sequence + 1);
        const Bytes object = seal_entry(keyring, state, members);
        const Result<void> put = put_patiently(store, name, object, patience);
        if (!put.ok() && put.error().code() == ErrorCode::Exists) {
            TRY_LET(const bool ours, is_stored(store, name, object));
            if (!ours) {
                TRY(read_log(store, keyring, state));
                continue;
            }
        } else if (!put.ok()) {
            return put.error();
        }
        return apply_object(keyring, object, state);
    }
    return Error{
        ErrorCode::Conflict,
        fmt::format("{}: other writers always came first", log_entry_name(state.sequence + 1)),
        "Run the command again.",
    };
}

}  // namespace starkeep::repository
