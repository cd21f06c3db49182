// SPDX-License-Identifier: Apache-2.0
// The appliance's own certificate: issued by an authority of its own, which clients pin.
#pragma once

#include "base/result.hpp"
#include "http/server.hpp"
#include "sys/clock.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace starkeep::api {

struct OwnTls {
    http::TlsFiles files;
    std::filesystem::path authority;  ///< what a client trusts: PEM
};

/// Files in `folder`, which is made when missing: the authority is kept, a certificate for `names` and for this machine's
/// loopback is issued at each call.
/// Errors: Corrupt for an authority that cannot be read; InvalidInput for a name that none can be.
Result<OwnTls> own_tls(
    const std::filesystem::path& folder,
    const std::vector<std::string>& names,
    const sys::Clock& clock
);

}  // namespace starkeep::api
