// SPDX-License-Identifier: Apache-2.0
// Names as SQL writes them: in double quotes where it needs them.
#pragma once

#include <string>
#include <string_view>

namespace starkeep::source {

/// In double quotes; a quote inside is written twice.
std::string quoted_name(std::string_view name);

/// In quotes unless SQL takes the bare word for the same name.
std::string sql_part(std::string_view name);

/// The name of an object in the form that manifests have.
std::string sql_name(std::string_view schema, std::string_view table);

}  // namespace starkeep::source
