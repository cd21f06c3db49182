// SPDX-License-Identifier: Apache-2.0
// The small script that a fresh machine runs as root: download, check, install, start.
#pragma once

#include "fleet/script_internal.hpp"
#include "protocol/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

struct Download {
    protocol::ManifestFile file;
    /// With its SAS: read by whoever reads the script, so short-lived and for reading only.
    std::string url;
};

/// Running it again where the worker runs already changes nothing. The last line printed is "##RC=<n>".
/// `bundle`: the tarball, unpacked; `others` are laid beside its files under their own names.
Script bootstrap_script(const Download& bundle, const std::vector<Download>& others);

/// What an exit status of the script means.
std::string_view bootstrap_fault(int exit_status);

}  // namespace starkeep::fleet
