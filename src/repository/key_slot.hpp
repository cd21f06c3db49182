// SPDX-License-Identifier: Apache-2.0
// The master key under one password. Source: docs/repository-format.md section 2.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"
#include "codec/password.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace starkeep::repository {

inline constexpr std::size_t kMaxLabelBytes = 36;

struct KeySlot {
    RepositoryId repository;
    KeySlotId id;
    codec::PasswordCost cost;
    std::array<std::byte, 16> salt{};
    std::chrono::sys_seconds created{};
    std::string label;
    Bytes header;      ///< the bytes that are authenticated with the sealed key
    Bytes sealed_key;  ///< cipher text and tag
};

/// A whole `k/` object; `slot.header` and `slot.sealed_key` are not read.
/// Errors: InvalidInput for an empty password or a label that does not fit.
Result<Bytes>
seal_key_slot(const KeySlot& slot, const codec::Key256& master, const Secret& password);

/// Errors: Corrupt, naming the object, when a byte of it differs from what was written; Unsupported.
Result<KeySlot> decode_key_slot(std::string_view name, ByteView object);

/// Errors: Denied when the password is another.
Result<codec::Key256> open_key_slot(const KeySlot& slot, const Secret& password);

}  // namespace starkeep::repository
