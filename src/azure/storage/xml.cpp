// SPDX-License-Identifier: Apache-2.0
#include "azure/storage/xml_internal.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

#include <pugixml.hpp>

#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace starkeep::azure::storage {

Result<std::unique_ptr<pugi::xml_document>> parse_xml(std::string_view text, const char* root)
{
    auto document = std::make_unique<pugi::xml_document>();
    const pugi::xml_parse_result parsed =
        document->load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed) {
        return Error{
            ErrorCode::Corrupt,
            "byte " + std::to_string(parsed.offset) +
                " of an answer is no XML: " + parsed.description()
        };
    }
    if (!document->child(root)) {
        return Error{ErrorCode::Corrupt, "an answer's XML has no element " + std::string(root)};
    }
    return document;
}

Result<std::uint64_t> get_number(const pugi::xml_node& parent, const char* element)
{
    const std::string_view digits = parent.child_value(element);
    std::uint64_t number = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failure != std::errc() || end != digits.data() + digits.size()) {
        return Error{
            ErrorCode::Corrupt, "element " + std::string(element) + " of an answer is no number"
        };
    }
    return number;
}

std::string escape_xml(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '\r':
            out += "&#xD;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

}  // namespace starkeep::azure::storage
