// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/operation_handle.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/operation_memory_internal.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "json/json.hpp"

#include <optional>
#include <string>
#include <utility>

namespace starkeep::fleet {

bool may_go_on(const Error& error)
{
    switch (error.code()) {
    case ErrorCode::Cancelled:
    case ErrorCode::Unavailable:
    case ErrorCode::Throttled:
    case ErrorCode::Denied:
        return true;
    default:
        return false;
    }
}

azure::arm::Wait remembering(const Services& services, StepSink& sink, const std::string& key)
{
    return {
        .stop = services.stop,
        .keep =
            [&sink, key](const azure::arm::OperationHandle& handle) {
                // Forgetting costs one more look at the resource after a crash, nothing else.
                static_cast<void>(sink.remember(key, json::format(to_json(handle))));
            },
    };
}

Result<bool> finish_remembered(const Services& services, StepSink& sink, const std::string& key)
{
    TRY_LET(const std::optional<std::string> text, sink.remembered(key));
    if (!text) {
        return false;
    }
    TRY_LET(const Json document, json::parse(*text));
    TRY_LET(azure::arm::OperationHandle handle, azure::arm::parse_operation_handle(document));
    const Result<Json> ended =
        services.arm.wait(std::move(handle), remembering(services, sink, key));
    if (!ended.ok() && may_go_on(ended.error())) {
        return ended.error();
    }
    TRY(sink.forget(key));
    return ended.ok();
}

}  // namespace starkeep::fleet
