// SPDX-License-Identifier: Apache-2.0
// Which appliance this user has logged in to, with the access token and the certificates to trust.
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace starkeep::cli {

struct Login {
    std::string url;      ///< "https://host:port"
    std::string ca_file;  ///< certificates trusted for it; empty: the system's
    Secret token{{}};
};

/// $XDG_CONFIG_HOME/starkeep, or ~/.config/starkeep. Errors: InvalidInput when neither variable is set.
Result<std::filesystem::path> config_folder();

/// Files of mode 0600. `authority_pem` is kept beside, so that what was trusted at the login stays so; may be empty.
Result<void>
save_login(const std::string& url, const Secret& token, const std::string& authority_pem);

/// Errors: NotFound, telling how to log in; Corrupt; Denied when others may read the file.
Result<Login> load_login();

}  // namespace starkeep::cli
