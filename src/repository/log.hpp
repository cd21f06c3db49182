// SPDX-License-Identifier: Apache-2.0
// The log: the one truth about restore points and packs, and the place where races are decided.
// Source: docs/repository-format.md sections 7 and 8.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"
#include "repository/keyring.hpp"
#include "repository/log_state.hpp"
#include "repository/patient_put.hpp"
#include "store/store.hpp"

#include <functional>

namespace starkeep::repository {

/// Reads the entries that `state` does not know yet; when it knows of gaps, all entries anew. Entries that are damaged or
/// missing become gaps of `state`; those behind them are authentic all the same, each by its own key and name.
/// On an error `state` holds what was read before it.
/// Errors: Corrupt, naming the object, for an authentic entry in a place that is not its own; Unsupported for an entry of
/// an unknown type or version; the store's.
Result<void> read_log(store::Store& store, const Keyring& keyring, LogState& state);

/// To be asked before anything is written or deleted: what cannot be read may say that points are there.
/// Errors: Corrupt, naming what cannot be read.
Result<void> require_no_gaps(const LogState& state);

/// Adds one entry behind all others and applies it to `state`. `make` sees the newest state and gives the members from
/// "type" on, or an error that ends the attempt; it is asked again whenever another writer came first.
/// Errors: those of `make`, of reading and of require_no_gaps(); Conflict when others always come first; the store's.
Result<void> append_log(
    store::Store& store,
    const Keyring& keyring,
    LogState& state,
    const std::function<Result<Json>(const LogState&)>& make,
    const Patience& patience = {}
);

/// Likewise, gaps or not: for the entry that gives them up.
Result<void> append_repair(
    store::Store& store,
    const Keyring& keyring,
    LogState& state,
    const std::function<Result<Json>(const LogState&)>& make,
    const Patience& patience = {}
);

}  // namespace starkeep::repository
