// SPDX-License-Identifier: Apache-2.0
#include "codec/md5.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"

#include <openssl/evp.h>

#include <cstddef>

namespace starkeep::codec {

Md5Sum md5(ByteView bytes)
{
    Md5Sum out{};
    std::size_t size = 0;
    ENSURE(
        EVP_Q_digest(
            nullptr,
            "MD5",
            nullptr,
            bytes.data(),
            bytes.size(),
            reinterpret_cast<unsigned char*>(out.data()),
            &size
        ) == 1
    );
    return out;
}

}  // namespace starkeep::codec
