// SPDX-License-Identifier: Apache-2.0
// Random names: guids as Azure gives them to everything, and short texts of letters and digits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

/// "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
std::string new_guid();
/// Always the same for the same text.
std::string guid_of(std::string_view text);
/// `length` lower-case letters and digits.
std::string random_name(std::size_t length);
/// Base64 of 64 random bytes, as storage account keys are.
std::string new_account_key();

}  // namespace starkeep::localcloud
