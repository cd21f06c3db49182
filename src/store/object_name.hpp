// SPDX-License-Identifier: Apache-2.0
// Which names an object may have; the same for every store.
#pragma once

#include "base/result.hpp"

#include <string_view>

namespace starkeep::store {

/// The rule of store.hpp.
bool is_object_name(std::string_view name);

/// Errors: InvalidInput.
Result<void> check_object_name(std::string_view name);

/// A prefix to list by: the beginning of some object name, also cut within a part; or empty.
/// Errors: InvalidInput.
Result<void> check_prefix(std::string_view prefix);

}  // namespace starkeep::store
