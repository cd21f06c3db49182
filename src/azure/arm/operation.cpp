// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/operation.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace starkeep::azure::arm {

namespace {

constexpr std::string_view kSubscription = "/subscriptions/{subscriptionId}";
constexpr std::string_view kGroup =
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";

constexpr std::array kOperations{
#define OPERATION(                                                                                 \
    symbol, provider, id, method, path, version, final, limit_minutes, actions, what               \
)                                                                                                  \
    operation::k##symbol,
#include "azure/arm/operations.def"
#undef OPERATION
};

}  // namespace

std::string full_path(const Operation& operation)
{
    const std::string_view path = operation.path;
    if (path.starts_with("{S}")) {
        return std::string(kSubscription).append(path.substr(3));
    }
    if (path.starts_with("{RG}")) {
        return std::string(kGroup).append(path.substr(4));
    }
    return std::string(path);
}

std::span<const Operation> operations()
{
    return kOperations;
}

const Operation* find_operation(std::string_view symbol)
{
    for (const Operation& operation : kOperations) {
        if (operation.symbol == symbol) {
            return &operation;
        }
    }
    return nullptr;
}

}  // namespace starkeep::azure::arm
