// SPDX-License-Identifier: Apache-2.0
// The target's own default privileges, set aside while objects of a backup are made: they would add grants to them.
#pragma once

#include "base/result.hpp"
#include "source/postgres/connection.hpp"

#include <string>

namespace starkeep::source::postgres {

/// From here on, objects that the session's role makes begin with the rights that PostgreSQL gives them. Inside the
/// caller's transaction, so that nobody else sees it. Answers with the SQL that brings the defaults back, or nothing.
Result<std::string> set_default_privileges_aside(ServerConnection& connection);

}  // namespace starkeep::source::postgres
