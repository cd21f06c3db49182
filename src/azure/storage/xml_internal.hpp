// SPDX-License-Identifier: Apache-2.0
// XML as Azure Storage speaks it: small documents, no entities of their own.
#pragma once

#include "base/result.hpp"

#include <pugixml.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace starkeep::azure::storage {

/// Errors: Corrupt for what is no XML with `root` as its outermost element.
Result<std::unique_ptr<pugi::xml_document>> parse_xml(std::string_view text, const char* root);

/// Errors: Corrupt, naming the element, unless its text is a number.
Result<std::uint64_t> get_number(const pugi::xml_node& parent, const char* element);

/// Text for the content of an element. Carriage returns are escaped, because a parser would turn them into line feeds.
std::string escape_xml(std::string_view text);

}  // namespace starkeep::azure::storage
