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
#include "repository/ordered_fetch.hpp"
#include "repository/patient_put.hpp"
#include "repository/sealed_object.hpp"
#include "store/store.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

/// Every lost race means that another writer got on, so a bound is only there against a store that lies.
constexpr int kMostAttempts = 100;

constexpr const char* kForeignCourse =
    "The entry is authentic, but of another course of this log: the repository was mixed with "
    "another copy of itself, or somebody exchanged entries. Bring back the log of one copy.";

Error missing(std::uint64_t sequence)
{
    return {
        ErrorCode::Corrupt,
        fmt::format("{}: the log entry is missing", log_entry_name(sequence)),
        "Bring the object back from a copy of the repository.",
    };
}

/// Whether the state holds nothing of these entries.
bool is_passed_over(const LogState& state, const LogGap& given_up)
{
    std::vector<LogGap> stretches = state.gaps;
    stretches.insert(stretches.end(), state.lost.begin(), state.lost.end());
    std::ranges::sort(stretches, {}, &LogGap::first);
    std::uint64_t next = given_up.first;
    for (const LogGap& stretch : stretches) {
        if (stretch.first <= next && next <= stretch.last) {
            next = stretch.last + 1;
        }
    }
    return next > given_up.last;
}

void add_gap(LogState& state, std::uint64_t last, std::string reason)
{
    state.gaps.push_back({
        .first = state.sequence + 1,
        .last = last,
        .before = state.last_hash,
        .reason = std::move(reason),
        .after_time = state.last_time,
        .until_time = {},
    });
    state.sequence = last;
    state.last_hash = {};
    state.last_is_read = false;
}

Result<Json> parse_entry(ByteView plain, const LogState& state)
{
    TRY_LET(Json entry, json::parse(as_text(plain)));
    TRY_LET(const std::uint64_t stated, json::get_unsigned(entry, "sequence"));
    if (stated != state.sequence + 1) {
        return Error{
            ErrorCode::Corrupt, fmt::format("the entry says that it is number {}", stated)
        };
    }
    return entry;
}

Result<void> check_chain(const Json& entry, const LogState& state)
{
    TRY_LET(const std::string previous, json::get_string(entry, "previous"));
    // Over a gap the chain has no link until a repair makes one.
    if (state.last_is_read && previous != to_hex(state.last_hash)) {
        return Error{
            ErrorCode::Corrupt, "the entry follows another one than the log's", kForeignCourse
        };
    }
    return {};
}

/// One pass over entries, in their order.
class LogPass {
public:
    LogPass(const Keyring& keyring, const std::vector<LogGap>& given_up, LogState& state)
        : keyring_(keyring), given_up_(given_up), state_(state)
    {
    }

    Result<void> take(std::uint64_t sequence, const Result<Bytes>& object)
    {
        if (const std::uint64_t next = state_.sequence + 1; sequence != next) {
            add_gap(state_, sequence - 1, describe_missing(next, sequence - 1));
        }
        const std::string name = log_entry_name(sequence);
        if (std::ranges::any_of(given_up_, [&](const LogGap& gap) {
                return gap.first <= sequence && sequence <= gap.last;
            })) {
            add_gap(state_, sequence, name + ": given up by a repair");
            return {};
        }
        const Result<Bytes> plain =
            object.ok() ? open_object(keyring_, ObjectKind::LogEntry, name, *object) : object;
        if (!plain.ok() && plain.error().code() == ErrorCode::NotFound) {
            add_gap(state_, sequence, describe_missing(sequence, sequence));
            return {};
        }
        if (!plain.ok() && plain.error().code() == ErrorCode::Corrupt) {
            add_gap(state_, sequence, plain.error().account());
            return {};
        }
        if (!plain.ok()) {
            return plain.error();
        }
        Result<void> applied = apply(name, *plain, *object);
        return applied.ok() ? Result<void>() : std::move(applied).error().during(name);
    }

    /// What a repair gives up that had been taken into the state already: another pass must do without.
    const std::vector<LogGap>& revealed() const { return revealed_; }

private:
    static std::string describe_missing(std::uint64_t first, std::uint64_t last)
    {
        return first == last ? log_entry_name(first) + ": the log entry is missing"
                             : fmt::format(
                                   "{} to {}: the log entries are missing",
                                   log_entry_name(first),
                                   log_entry_name(last)
                               );
    }

    Result<void> apply(const std::string& name, ByteView plain, ByteView object)
    {
        TRY_LET(const Json entry, parse_entry(plain, state_));
        TRY_LET(const std::vector<LogGap> repaired, given_up_by(entry));
        std::ranges::copy_if(repaired, std::back_inserter(revealed_), [&](const LogGap& gap) {
            return !is_passed_over(state_, gap);
        });
        if (!revealed_.empty()) {
            return Error{ErrorCode::Conflict, "gives up entries that were read before"};
        }
        TRY(check_chain(entry, state_));
        TRY(apply_entry(name, entry, state_));
        ++state_.sequence;
        state_.last_hash = codec::sha256(object);
        state_.last_is_read = true;
        if (const Result<std::string> time = json::get_string(entry, "time"); time.ok()) {
            state_.last_time = *time;
        }
        for (LogGap& gap : state_.gaps) {
            if (gap.until_time.empty()) {
                gap.until_time = state_.last_time;
            }
        }
        return {};
    }

    const Keyring& keyring_;
    const std::vector<LogGap>& given_up_;
    LogState& state_;
    std::vector<LogGap> revealed_;
};

Result<std::vector<std::uint64_t>> list_entries(store::Store& store)
{
    TRY_LET(const std::vector<store::ObjectInfo> objects, store.list(kLogPrefix));
    std::vector<std::uint64_t> sequences;
    for (const store::ObjectInfo& object : objects) {
        if (const std::optional<std::uint64_t> sequence = parse_log_entry_name(object.name)) {
            sequences.push_back(*sequence);
        }
    }
    return sequences;
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
    TRY_LET(std::vector<std::uint64_t> sequences, list_entries(store));
    if (const std::uint64_t last = sequences.empty() ? 0 : sequences.back();
        last < state.sequence) {
        return missing(last + 1);
    }
    if (!state.gaps.empty()) {
        // Somebody may have brought back what was missing.
        state = {};
    }
    std::vector<LogGap> given_up;
    for (;;) {
        std::erase_if(sequences, [&](std::uint64_t sequence) {
            return sequence <= state.sequence;
        });
        std::vector<std::string> names;
        std::ranges::transform(sequences, std::back_inserter(names), log_entry_name);
        LogPass pass(keyring, given_up, state);
        Result<void> read =
            fetch_in_order(store, names, [&](std::size_t place, const Result<Bytes>& object) {
                return pass.take(sequences[place], object);
            });
        if (pass.revealed().empty()) {
            return read;
        }
        // Every pass knows of more, so there is an end.
        given_up.insert(given_up.end(), pass.revealed().begin(), pass.revealed().end());
        state = {};
        TRY_LET(sequences, list_entries(store));
    }
}

Result<void> require_no_gaps(const LogState& state)
{
    if (state.gaps.empty()) {
        return {};
    }
    return Error{
        ErrorCode::Corrupt,
        fmt::format(
            "the log cannot be read in full: {}{}",
            state.gaps[0].reason,
            state.gaps.size() == 1 ? "" : fmt::format(" (and {} more)", state.gaps.size() - 1)
        ),
        "What it says is not known, so nothing is written or removed. Restore points can be read: "
        "points, show, ls, restore, verify and export work. Bring the object back from a copy of "
        "the repository; if there is none, starkeep repo repair gives it up.",
    };
}

Result<void> append_repair(
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
        if (state.sequence == std::numeric_limits<std::uint64_t>::max()) {
            return Error{
                ErrorCode::Corrupt,
                log_entry_name(state.sequence) + ": no log entry can follow this one",
                "Move it out of the repository: no program has written so many.",
            };
        }
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
        return LogPass(keyring, {}, state).take(state.sequence + 1, object);
    }
    return Error{
        ErrorCode::Conflict,
        fmt::format("{}: other writers always came first", log_entry_name(state.sequence + 1)),
        "Run the command again.",
    };
}

Result<void> append_log(
    store::Store& store,
    const Keyring& keyring,
    LogState& state,
    const std::function<Result<Json>(const LogState&)>& make,
    const Patience& patience
)
{
    const auto make_without_gaps = [&](const LogState& log) -> Result<Json> {
        TRY(require_no_gaps(log));
        return make(log);
    };
    return append_repair(store, keyring, state, make_without_gaps, patience);
}

}  // namespace starkeep::repository
