// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "codec/md5.hpp"

#include <gtest/gtest.h>

namespace starkeep::codec {
namespace {

// RFC 1321 section A.5.
TEST(Md5, IsAsPublished)
{
    EXPECT_EQ(to_hex(md5({})), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(to_hex(md5(as_bytes("message digest"))), "f96b697d7cb7938d525a2f31aaf161d0");
}

}  // namespace
}  // namespace starkeep::codec
