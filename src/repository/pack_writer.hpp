// SPDX-License-Identifier: Apache-2.0
// Fills one pack after the other in memory.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "codec/aead.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "repository/pack.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace starkeep::repository {

/// Writers close a pack at this size; only a single record that alone is larger makes a larger one.
inline constexpr std::size_t kPackBytes = std::size_t{32} << 20U;

/// Thread: one. Memory: up to kPackBytes, touched only as far as it was ever filled.
class PackWriter {
public:
    explicit PackWriter(const Keyring& keyring);

    bool is_open() const { return cipher_.has_value(); }
    const PackId& id() const { return id_; }
    const std::vector<DirectoryEntry>& records() const { return records_; }

    void begin(const PackId& id);
    /// Whether a record of so many plain bytes certainly leaves room for the directory. Always true in an empty pack.
    bool fits(std::size_t plain_bytes) const;
    /// Compresses and seals `plain` where it will lie. Needs fits().
    DirectoryEntry add(RecordType type, const ContentId& id, ByteView plain);
    /// Directory and footer; the whole pack. The view lives until begin().
    ByteView finish();

private:
    DirectoryEntry append_record(RecordType type, const ContentId& id, ByteView plain);
    void append_plain(ByteView bytes);
    void reserve(std::size_t bytes);

    const Keyring& keyring_;
    // Not a vector: growing one would write zeros over every page that is about to be written anyway.
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
    PackId id_;
    std::optional<codec::Aead> cipher_;
    std::vector<DirectoryEntry> records_;
};

}  // namespace starkeep::repository
