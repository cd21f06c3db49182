// SPDX-License-Identifier: Apache-2.0
// How many bytes of the packs the restore points really refer to.
#pragma once

#include "base/result.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"

#include <cstdint>
#include <vector>

namespace starkeep::repository {

/// Stored bytes of every record that a point refers to, each counted once. What cannot be read because it is damaged
/// counts for nothing: a check names it. Memory: about 32 bytes a distinct record. Errors: the store's.
Result<std::uint64_t> used_bytes(const Repository& repository, const std::vector<Point>& points);

}  // namespace starkeep::repository
