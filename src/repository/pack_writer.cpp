// SPDX-License-Identifier: Apache-2.0
#include "repository/pack_writer.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/id.hpp"
#include "codec/aead.hpp"
#include "codec/byte_writer.hpp"
#include "codec/compress.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "repository/pack.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <utility>

namespace starkeep::repository {

namespace {

/// The most that a directory of `records` records and the footer can take. 10: the longest count.
std::size_t end_bytes(std::size_t records)
{
    return kRecordOverhead + codec::compress_bound(10 + records * kDirectoryEntryBytes) +
           kPackFooterBytes;
}

}  // namespace

PackWriter::PackWriter(const Keyring& keyring) : keyring_(keyring) {}

void PackWriter::begin(const PackId& id)
{
    id_ = id;
    records_.clear();
    size_ = 0;
    cipher_.emplace(keyring_.pack_key(id));
    reserve(kPackBytes);
    codec::ByteWriter header;
    encode_pack_header(header, keyring_.repository, id);
    append_plain(header.bytes());
}

bool PackWriter::fits(std::size_t plain_bytes) const
{
    return records_.empty() || size_ + kRecordOverhead + codec::compress_bound(plain_bytes) +
                                       end_bytes(records_.size() + 1) <=
                                   kPackBytes;
}

void PackWriter::reserve(std::size_t bytes)
{
    if (bytes <= capacity_) {
        return;
    }
    auto larger = std::make_unique_for_overwrite<std::byte[]>(bytes);
    std::copy_n(buffer_.get(), size_, larger.get());
    buffer_ = std::move(larger);
    capacity_ = bytes;
}

void PackWriter::append_plain(ByteView bytes)
{
    std::ranges::copy(bytes, buffer_.get() + size_);
    size_ += bytes.size();
}

DirectoryEntry PackWriter::append_record(RecordType type, const ContentId& id, ByteView plain)
{
    ENSURE(is_open() && plain.size() <= kMaxPlainBytes);
    reserve(
        size_ + kRecordOverhead + codec::compress_bound(plain.size()) +
        end_bytes(records_.size() + 1)
    );
    ENSURE(size_ <= std::numeric_limits<std::uint32_t>::max());
    const std::size_t offset = size_;
    std::byte* payload = buffer_.get() + offset + kRecordHeaderBytes;
    std::size_t payload_bytes =
        codec::compress(plain, {payload, codec::compress_bound(plain.size())});
    const bool compressed = payload_bytes < plain.size();
    if (!compressed) {
        std::ranges::copy(plain, payload);
        payload_bytes = plain.size();
    }
    const auto header = encode_record_header({
        .type = type,
        .compressed = compressed,
        .payload_bytes = static_cast<std::uint32_t>(payload_bytes),
        .plain_bytes = static_cast<std::uint32_t>(plain.size()),
        .id = id,
    });
    append_plain(header);
    ENSURE(cipher_.has_value());
    cipher_->seal(
        record_nonce(offset),
        {keyring_.repository.view(), id_.view(), header},
        {payload, payload_bytes},
        std::span<std::byte, codec::kAeadTagBytes>(payload + payload_bytes, codec::kAeadTagBytes)
    );
    size_ += payload_bytes + codec::kAeadTagBytes;
    return {
        .type = type,
        .offset = static_cast<std::uint32_t>(offset),
        .stored_bytes = static_cast<std::uint32_t>(size_ - offset),
        .plain_bytes = static_cast<std::uint32_t>(plain.size()),
        .id = id,
    };
}

DirectoryEntry PackWriter::add(RecordType type, const ContentId& id, ByteView plain)
{
    ENSURE(fits(plain.size()));
    records_.push_back(append_record(type, id, plain));
    return records_.back();
}

ByteView PackWriter::finish()
{
    codec::ByteWriter directory;
    encode_directory(directory, records_);
    const DirectoryEntry entry = append_record(RecordType::Directory, {}, directory.bytes());
    codec::ByteWriter footer;
    encode_pack_footer(
        footer, {.directory_offset = entry.offset, .directory_bytes = entry.stored_bytes}
    );
    append_plain(footer.bytes());
    cipher_.reset();
    return {buffer_.get(), size_};
}

}  // namespace starkeep::repository
