// SPDX-License-Identifier: Apache-2.0
// Order-independent digests of rows: a leaf's is the sum of its rows', a table's the sum of its leaves'.
#pragma once

#include "base/bytes.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::codec {

/// A sum modulo 2^128 of XXH3-128 hashes (seed 0) of rows. Tells transfer and restore faults, not forgers: what is
/// stored is authenticated by its content id and cipher.
/// Shape: hex is 32 digits, most significant first, as XXH128_canonicalFromHash writes one hash.
struct Digest {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    auto operator<=>(const Digest&) const = default;
    Digest& operator+=(const Digest& other);
    std::string hex() const;
    static std::optional<Digest> from_hex(std::string_view digits);
};

Digest digest_of_row(ByteView row);

/// The same for a row that arrives in pieces, of any size.
class RowHasher {
public:
    RowHasher();
    ~RowHasher();
    RowHasher(RowHasher&&) noexcept;
    RowHasher& operator=(RowHasher&&) noexcept;
    void update(ByteView piece);
    /// The digest of all pieces since the last finish(); starts anew.
    Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace starkeep::codec
