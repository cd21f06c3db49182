// SPDX-License-Identifier: Apache-2.0
// Every management call that this program can make, as one table: code, custom role and documentation come from it.
#pragma once

#include "azure/arm/api_versions.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace starkeep::azure::arm {

/// Where the result of a long-running operation lies once it has succeeded.
/// Source: x-ms-long-running-operation-options of the providers' specifications.
enum class FinalState {
    None,  ///< the operation is done when it answers
    Default,
    AzureAsyncOperation,
    Location,
};

struct Operation {
    std::string_view symbol;
    /// As the provider's specification names it: "VirtualNetworks_Get".
    std::string_view provider;
    std::string_view id;
    std::string_view method;
    /// With {S} for a subscription's scope, {RG} for a group's, and named placeholders, filled in their order.
    std::string_view path;
    std::string_view api_version;
    FinalState final_state;
    /// How long it may take at most, all polls together.
    std::chrono::seconds limit;
    /// What the caller's role must allow: "Microsoft.Network/virtualNetworks/read". More than one: joined by spaces.
    std::string_view actions;
    /// What it does, for messages: "read virtual network".
    std::string_view what;
};

/// The template with {S} and {RG} written out.
std::string full_path(const Operation& operation);

/// All of them, in the order of the table.
std::span<const Operation> operations();

/// By its symbol; null when there is none of that name.
const Operation* find_operation(std::string_view symbol);

namespace operation {

#define OPERATION(                                                                                 \
    symbol, provider, id, method, path, version, final, limit_minutes, actions, what               \
)                                                                                                  \
    inline constexpr Operation k##symbol{                                                          \
        #symbol,                                                                                   \
        provider,                                                                                  \
        id,                                                                                        \
        method,                                                                                    \
        path,                                                                                      \
        api_version::version,                                                                      \
        FinalState::final,                                                                         \
        std::chrono::minutes(limit_minutes),                                                       \
        actions,                                                                                   \
        what                                                                                       \
    };
#include "azure/arm/operations.def"
#undef OPERATION

}  // namespace operation
}  // namespace starkeep::azure::arm
