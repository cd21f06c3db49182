// SPDX-License-Identifier: Apache-2.0
#include "appliance/key_file.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "sys/file.hpp"
#include "sys/private_files.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <filesystem>

namespace starkeep::appliance {

Result<codec::Key256> key_file(const std::filesystem::path& path)
{
    codec::Key256 key;
    TRY_LET(const bool there, sys::exists(path));
    if (!there) {
        sys::fill_random(key.bytes);
        TRY(sys::write_private_file(path, key.bytes));
        return key;
    }
    TRY_LET(Bytes content, sys::read_private_file(path, key.bytes.size()));
    if (content.size() != key.bytes.size()) {
        return Error{
            ErrorCode::Corrupt,
            "key file " + path.string() + " does not hold 32 bytes",
            "Bring it back from a copy of the state folder; without it no stored secret opens."
        };
    }
    std::ranges::copy(content, key.bytes.begin());
    codec::wipe(content);
    return key;
}

}  // namespace starkeep::appliance
