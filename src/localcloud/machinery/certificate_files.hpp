// SPDX-License-Identifier: Apache-2.0
// Server certificates of the cloud's authority as files, as other programs want them.
#pragma once

#include "base/result.hpp"
#include "codec/certificate.hpp"
#include "http/server.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace starkeep::localcloud {

/// Issues a certificate for `names` and writes it and its key (mode 0600) into `folder`. The first name is the common one.
Result<http::TlsFiles> write_certificate(
    const codec::CertificateAuthority& authority,
    const std::filesystem::path& folder,
    const std::vector<std::string>& names
);

}  // namespace starkeep::localcloud
