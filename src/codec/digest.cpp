// SPDX-License-Identifier: Apache-2.0
#include "codec/digest.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"

#include <fmt/core.h>
#include <xxhash.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::codec {

namespace {

Digest from_hash(const XXH128_hash_t& hash)
{
    return {.high = hash.high64, .low = hash.low64};
}

struct StateDeleter {
    void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
};

}  // namespace

Digest& Digest::operator+=(const Digest& other)
{
    low += other.low;
    high += other.high + (low < other.low ? 1 : 0);
    return *this;
}

std::string Digest::hex() const
{
    return fmt::format("{:016x}{:016x}", high, low);
}

std::optional<Digest> Digest::from_hex(std::string_view digits)
{
    std::array<std::byte, 16> bytes{};
    if (!starkeep::from_hex(digits, bytes)) {
        return std::nullopt;
    }
    Digest out;
    for (std::size_t i = 0; i < 8; ++i) {
        out.high = out.high << 8U | std::to_integer<std::uint64_t>(bytes[i]);
        out.low = out.low << 8U | std::to_integer<std::uint64_t>(bytes[i + 8]);
    }
    return out;
}

Digest digest_of_row(ByteView row)
{
    return from_hash(XXH3_128bits(row.data(), row.size()));
}

struct RowHasher::State {
    std::unique_ptr<XXH3_state_t, StateDeleter> hash{XXH3_createState()};
};

RowHasher::RowHasher() : state_(std::make_unique<State>())
{
    ENSURE(state_->hash != nullptr);
    ENSURE(XXH3_128bits_reset(state_->hash.get()) == XXH_OK);
}

RowHasher::~RowHasher() = default;
RowHasher::RowHasher(RowHasher&&) noexcept = default;
RowHasher& RowHasher::operator=(RowHasher&&) noexcept = default;

void RowHasher::update(ByteView piece)
{
    ENSURE(XXH3_128bits_update(state_->hash.get(), piece.data(), piece.size()) == XXH_OK);
}

Digest RowHasher::finish()
{
    const Digest out = from_hash(XXH3_128bits_digest(state_->hash.get()));
    ENSURE(XXH3_128bits_reset(state_->hash.get()) == XXH_OK);
    return out;
}

}  // namespace starkeep::codec
