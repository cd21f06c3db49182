// SPDX-License-Identifier: Apache-2.0
// $filter of resource lists: comparisons with eq, joined by and.
#pragma once

#include "json/json.hpp"

#include <string_view>

namespace starkeep::localcloud {

/// Whether it can be read; an empty one can.
bool is_filter(std::string_view filter);

/// Whether the resource is in it. Members: tagName, tagValue, resourceType, and any text of the document.
bool is_selected(std::string_view filter, const Json& document);

}  // namespace starkeep::localcloud
