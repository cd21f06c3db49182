// SPDX-License-Identifier: Apache-2.0
// The kernel's errno, classified once.
#pragma once

#include "base/error.hpp"

#include <string>

namespace starkeep::sys {

/// `what` names act and object: "opening /srv/backup/k". The kernel's own words follow it.
/// ENOENT is NotFound; EEXIST Exists; EACCES, EPERM, EROFS Denied; ENOSPC, EDQUOT NoSpace; all else Unavailable.
Error errno_error(int error_number, const std::string& what);

}  // namespace starkeep::sys
