// SPDX-License-Identifier: Apache-2.0
// The account object, which a reading and a restore both answer with.
#pragma once

#include "azure/cosmos_accounts/cosmos_accounts.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

namespace starkeep::azure::cosmos_accounts {

/// Errors: Corrupt.
Result<Account> parse_account(const Json& json);

/// `{"type":"Continuous",…}`; `kind` is a continuous one.
Json continuous_policy(BackupKind kind);

}  // namespace starkeep::azure::cosmos_accounts
