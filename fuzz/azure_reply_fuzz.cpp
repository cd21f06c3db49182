// SPDX-License-Identifier: Apache-2.0
// What the management plane answers: errors in any form, results of Run Command, kept handles, resource ids. Read or refused.
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/service_error.hpp"
#include "azure/compute/run_command.hpp"
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "http/message.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace arm = starkeep::azure::arm;
    starkeep::fuzz::Input input(data, size);
    const int status = 400 + input.choice();
    const std::string_view text = starkeep::as_text(input.rest());
    const starkeep::http::Response response{
        .status = status, .body = starkeep::Bytes(input.rest().begin(), input.rest().end())
    };
    const starkeep::Error error = arm::service_error(response, {.what = "fuzz"});
    ENSURE(error.message().find('\n') == std::string::npos);
    static_cast<void>(starkeep::azure::compute::parse_run_command_message(text));
    if (const auto id = arm::ResourceId::parse(text); id.ok()) {
        const auto again = arm::ResourceId::parse(id->text());
        ENSURE(again.ok() && *again == *id);
        static_cast<void>(id->parent().type());
    }
    if (const auto json = starkeep::json::parse(text); json.ok()) {
        static_cast<void>(starkeep::azure::compute::parse_run_command_result(*json).ok());
        if (const auto handle = arm::parse_operation_handle(*json); handle.ok()) {
            ENSURE(arm::parse_operation_handle(arm::to_json(*handle)).ok());
        }
    }
    return 0;
}
