// SPDX-License-Identifier: Apache-2.0
// Small objects that are sealed whole: log entries, indexes, heartbeats. Source: docs/repository-format.md section 3.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "repository/keyring.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <string_view>

namespace starkeep::repository {

enum class ObjectKind : std::uint8_t { LogEntry = 1, Index = 2, Heartbeat = 3 };

/// Bound to its name: the bytes open under no other. `plain` is at most 64 MiB.
Bytes seal_object(const Keyring& keyring, ObjectKind kind, std::string_view name, ByteView plain);

/// Errors: Corrupt, naming the object, for any byte that differs; Unsupported for another format version.
Result<Bytes>
open_object(const Keyring& keyring, ObjectKind kind, std::string_view name, ByteView object);

}  // namespace starkeep::repository
