// SPDX-License-Identifier: Apache-2.0
// The parts of a pack that are read before or behind the cipher: header, record header, directory, footer.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "fuzz_input.hpp"
#include "repository/pack.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace repository = starkeep::repository;
    const starkeep::ByteView bytes = starkeep::fuzz::Input(data, size).rest();
    static_cast<void>(repository::check_pack_header(bytes, {}, {}).ok());
    starkeep::codec::ByteReader footer(bytes, "footer");
    static_cast<void>(repository::decode_pack_footer(footer, size).ok());
    starkeep::codec::ByteReader header_reader(bytes, "record");
    const auto header = repository::decode_record_header(header_reader);
    ENSURE(
        !header.ok() ||
        std::ranges::equal(
            repository::encode_record_header(*header), bytes.first(repository::kRecordHeaderBytes)
        )
    );
    starkeep::codec::ByteReader reader(bytes, "directory");
    const auto records = repository::decode_directory(reader, {});
    if (records.ok()) {
        starkeep::codec::ByteWriter writer;
        repository::encode_directory(writer, *records);
        ENSURE(std::ranges::equal(writer.bytes(), bytes.first(bytes.size() - reader.left())));
    }
    return 0;
}
