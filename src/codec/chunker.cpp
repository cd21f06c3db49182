// SPDX-License-Identifier: Apache-2.0
#include "codec/chunker.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "codec/hash.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace starkeep::codec {

namespace {

constexpr std::uint64_t kLeastLeafBytes = 16384;
constexpr std::uint64_t kMostLeafBytes = 65536;

constexpr std::size_t kLeastPieceBytes = 16384;
constexpr std::size_t kUsualPieceBytes = 65536;
constexpr std::size_t kMostPieceBytes = 262144;

/// The top bits of a gear hash see the longest window. Before the usual size two more must be zero than its logarithm
/// says, after it two fewer: sizes gather around the usual one.
constexpr std::uint64_t top_bits(unsigned count)
{
    return ~std::uint64_t{0} << (64U - count);
}
constexpr std::uint64_t kStrictMask = top_bits(18);
constexpr std::uint64_t kEasyMask = top_bits(14);

}  // namespace

// How wide a row is is not known here, so no fixed share of rows may end a leaf: with wide rows no cut would be by
// content, with narrow ones every leaf would be short. Instead a row ends the leaf with a probability that grows with the
// cube of what the leaf holds beyond its least size; rows of 100 bytes then give 29 KiB on average, of 1,000 bytes 40 KiB.
bool ends_leaf(std::uint64_t bytes, const Digest& last_row)
{
    if (bytes < kLeastLeafBytes) {
        return false;
    }
    if (bytes >= kMostLeafBytes) {
        return true;
    }
    constexpr std::uint64_t kSpan = kMostLeafBytes - kLeastLeafBytes;
    const std::uint64_t beyond = bytes - kLeastLeafBytes;
    return last_row.low % (kSpan * kSpan * kSpan) < beyond * beyond * beyond;
}

StreamChunker::StreamChunker(const std::array<std::byte, 32>& secret, Sink sink)
    : sink_(std::move(sink))
{
    hkdf_sha256(secret, {}, as_bytes("gear"), std::as_writable_bytes(std::span(gear_)));
}

Result<void> StreamChunker::add(ByteView data)
{
    append(pending_, data);
    std::size_t begin = 0;
    for (;;) {
        const std::size_t have = pending_.size() - begin;
        const std::size_t end = std::min(have, kMostPieceBytes);
        bool cut = false;
        // Nothing is cut below the least size, and a hash of 64 shifts has forgotten what came before 64 bytes.
        scanned_ = std::max(scanned_, std::min(end, kLeastPieceBytes - 64));
        while (scanned_ < end && !cut) {
            const auto byte = std::to_integer<std::size_t>(pending_[begin + scanned_]);
            hash_ = (hash_ << 1U) + gear_[byte];
            ++scanned_;
            const std::uint64_t mask = scanned_ < kUsualPieceBytes ? kStrictMask : kEasyMask;
            cut = scanned_ >= kLeastPieceBytes && (hash_ & mask) == 0;
        }
        if (!cut && scanned_ < kMostPieceBytes) {
            break;
        }
        TRY(sink_(ByteView(pending_).subspan(begin, scanned_)));
        begin += scanned_;
        scanned_ = 0;
        hash_ = 0;
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(begin));
    return {};
}

Result<void> StreamChunker::finish()
{
    if (!pending_.empty()) {
        TRY(sink_(pending_));
    }
    pending_.clear();
    scanned_ = 0;
    hash_ = 0;
    return {};
}

}  // namespace starkeep::codec
