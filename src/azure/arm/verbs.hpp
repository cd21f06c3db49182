// SPDX-License-Identifier: Apache-2.0
// The four things that every kind of resource has done to it: read, listed, put, removed.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::arm {

template <typename T>
using Parse = Result<T> (*)(const Json&);

template <typename T>
Result<T> get_one(
    Client& client,
    const Operation& operation,
    const ResourceId& id,
    Parse<T> parse,
    std::stop_token stop
)
{
    TRY_LET(const Call call, call_on(operation, id));
    TRY_LET(const Json reply, client.call(call, stop));
    return parse(reply);
}

template <typename T>
Result<std::vector<T>>
list_by(Client& client, const Call& call, Parse<T> parse, std::stop_token stop)
{
    TRY_LET(const std::vector<Json> elements, client.list(call, stop));
    return parse_all(elements, parse);
}

/// Of a whole subscription.
template <typename T>
Result<std::vector<T>> list_all(
    Client& client,
    const Operation& operation,
    std::string_view subscription,
    Parse<T> parse,
    std::stop_token stop
)
{
    TRY_LET(const Call call, call_on(operation, ResourceId::subscription_scope(subscription)));
    return list_by(client, call, parse, stop);
}

/// Below a resource or a resource group.
template <typename T>
Result<std::vector<T>> list_below(
    Client& client,
    const Operation& operation,
    const ResourceId& id,
    Parse<T> parse,
    std::stop_token stop
)
{
    TRY_LET(const Call call, call_on(operation, id));
    return list_by(client, call, parse, stop);
}

template <typename T>
Result<T> put_one(Client& client, Call call, Json body, Parse<T> parse, const Wait& wait)
{
    call.body = std::move(body);
    TRY_LET(const Json reply, client.run(call, wait));
    return parse(reply);
}

/// What is not there is removed already.
inline Result<void>
remove_one(Client& client, const Operation& operation, const ResourceId& id, const Wait& wait)
{
    TRY_LET(const Call call, call_on(operation, id));
    Result<Json> removed = client.run(call, wait);
    if (!removed.ok() && removed.error().code() != ErrorCode::NotFound) {
        return std::move(removed).error();
    }
    return {};
}

/// An action that answers nothing of interest.
inline Result<void>
act_on(Client& client, const Operation& operation, const ResourceId& id, const Wait& wait)
{
    TRY_LET(const Call call, call_on(operation, id));
    TRY(client.run(call, wait));
    return {};
}

/// `{"id": "…"}`
inline Json reference_to(const ResourceId& id)
{
    Json json = Json::object();
    json["id"] = id.text();
    return json;
}

}  // namespace starkeep::azure::arm
