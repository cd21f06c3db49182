// SPDX-License-Identifier: Apache-2.0
// The JSON of a log entry, as it looks behind the cipher, applied to a log of one point.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "json/json.hpp"
#include "repository/log_state.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const starkeep::fuzz::Input input(data, size);
    const auto entry = starkeep::json::parse(starkeep::as_text(input.rest()));
    if (!entry.ok()) {
        return 0;
    }
    starkeep::repository::LogState state;
    state.points.emplace_back();
    const bool applied = starkeep::repository::apply_entry("c/1", *entry, state).ok();
    ENSURE(applied || state.points.size() == 1);
    return 0;
}
