// SPDX-License-Identifier: Apache-2.0
// Lines for the machine's own journal, without secrets.
#pragma once

#include "base/error.hpp"

#include <string_view>

namespace starkeep::worker {

void tell(std::string_view sentence);
void tell(const Error& error);

}  // namespace starkeep::worker
