// SPDX-License-Identifier: Apache-2.0
// Text from anywhere is one document or refused, and what is printed parses to the same document.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const starkeep::fuzz::Input input(data, size);
    const auto value = starkeep::json::parse(starkeep::as_text(input.rest()));
    if (!value.ok()) {
        return 0;
    }
    for (const char* key : {"a", "b"}) {
        static_cast<void>(starkeep::json::get_string(*value, key));
        static_cast<void>(starkeep::json::get_unsigned(*value, key));
        static_cast<void>(starkeep::json::get_bool(*value, key));
        static_cast<void>(starkeep::json::get_array(*value, key));
        static_cast<void>(starkeep::json::get_object(*value, key));
    }
    const std::string printed = starkeep::json::format(*value);
    const auto again = starkeep::json::parse(printed);
    ENSURE(again.ok());
    ENSURE(starkeep::json::format(*again) == printed);
    return 0;
}
