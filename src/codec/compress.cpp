// SPDX-License-Identifier: Apache-2.0
#include "codec/compress.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

#include <fmt/core.h>
#include <zstd.h>

#include <cstddef>
#include <memory>
#include <span>

namespace starkeep::codec {

namespace {

/// Source: measured on COPY text in 64 KiB pieces: level 1 makes 0.34 GB/s at ratio 4.2, level 3 half of that for 5 % less.
constexpr int kLevel = 1;

struct ContextDeleter {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

}  // namespace

std::size_t compress_bound(std::size_t plain_bytes)
{
    return ZSTD_compressBound(plain_bytes);
}

std::size_t compress(ByteView plain, std::span<std::byte> out)
{
    thread_local const std::unique_ptr<ZSTD_CCtx, ContextDeleter> kContext(ZSTD_createCCtx());
    ENSURE(kContext != nullptr);
    const std::size_t size = ZSTD_compressCCtx(
        kContext.get(), out.data(), out.size(), plain.data(), plain.size(), kLevel
    );
    ENSURE(ZSTD_isError(size) == 0);
    return size;
}

Result<void> decompress(ByteView frame, std::span<std::byte> out)
{
    thread_local const std::unique_ptr<ZSTD_DCtx, ContextDeleter> kContext(ZSTD_createDCtx());
    ENSURE(kContext != nullptr);
    // One frame and no more: ZSTD_decompressDCtx would also accept several, and skippable ones between.
    if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size() ||
        ZSTD_getFrameContentSize(frame.data(), frame.size()) != out.size()) {
        return Error{ErrorCode::Corrupt, fmt::format("not a zstd frame of {} bytes", out.size())};
    }
    const std::size_t size =
        ZSTD_decompressDCtx(kContext.get(), out.data(), out.size(), frame.data(), frame.size());
    if (ZSTD_isError(size) != 0 || size != out.size()) {
        return Error{ErrorCode::Corrupt, fmt::format("not a zstd frame of {} bytes", out.size())};
    }
    return {};
}

}  // namespace starkeep::codec
