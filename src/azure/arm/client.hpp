// SPDX-License-Identifier: Apache-2.0
// One signed-in conversation with Azure's management plane: calls, pages, long-running operations.
#pragma once

#include "azure/arm/operation.hpp"
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::arm {

class Conversation;

/// Waits; false when `stop` was requested. Tests hand in their own.
using Waiter = std::function<bool(std::stop_token, std::chrono::milliseconds)>;

struct Call {
    const Operation& operation;
    /// One per placeholder of the operation's path, not yet percent-encoded.
    std::vector<std::string> arguments{};
    /// Beside api-version; values not yet percent-encoded.
    std::vector<std::pair<std::string, std::string>> query{};
    std::optional<Json> body{};
    http::Headers headers{};
};

/// The call on a resource: its id gives the first arguments, `more` the others.
/// Errors: InvalidInput when `id` is not of the kind that the operation is about.
Result<Call>
call_on(const Operation& operation, const ResourceId& id, std::vector<std::string> more = {});

struct Wait {
    std::stop_token stop{};
    /// Told of the operation when it has begun and whenever its state changed: to be kept, so that a restart can resume it.
    std::function<void(const OperationHandle&)> keep{};
};

struct ClientOptions {
    /// Sent with every call and shown in Azure's activity log; a random one when empty.
    std::string correlation_id{};
    Waiter wait = sys::wait_for;
};

/// Thread: any; several conversations at once are fine.
class Client {
public:
    /// All are referred to and must live longer. `transport` is one bare exchange: retries are this class's.
    Client(
        http::Transport& transport,
        TokenCredential& credential,
        const Cloud& cloud,
        const sys::Clock& clock,
        ClientOptions options = {}
    );
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    const Cloud& cloud() const { return cloud_; }
    const sys::Clock& clock() const { return clock_; }
    const std::string& correlation_id() const { return correlation_id_; }

    /// The reply's document; null when there was none.
    /// Errors: NotFound, Exists, Conflict, Denied (names action, scope and remedy), Throttled, NoSpace (quota, capacity,
    /// full subnet), Rejected, Unsupported (provider not registered), Unavailable, TimedOut, Cancelled,
    /// Corrupt for a reply that is no JSON. The text has Azure's own code and request id.
    Result<Json> call(const Call& call, std::stop_token stop);
    /// All elements of all pages.
    /// Errors: as `call`; Corrupt for more than 1000 pages or a next page on a host that is not Azure's.
    Result<std::vector<Json>> list(const Call& call, std::stop_token stop);

    /// Starts a long-running operation and does not wait for it.
    Result<OperationHandle> begin(const Call& call, std::stop_token stop);
    /// Polls until the operation has ended; its result, or null when it has none (a deletion).
    /// Errors: as `call`, from the operation's own error; TimedOut when its time limit passed, the operation goes on then.
    Result<Json> wait(OperationHandle handle, const Wait& wait);
    /// `begin`, then `wait`.
    Result<Json> run(const Call& call, const Wait& wait);

private:
    http::Request request_for(const Call& call) const;
    Result<http::Response> send(const Call& call, std::stop_token stop);

    const Cloud& cloud_;
    const sys::Clock& clock_;
    std::string correlation_id_;
    Waiter wait_;
    std::unique_ptr<Conversation> conversation_;
};

/// A missing thing as an answer: nothing for NotFound.
template <typename T>
Result<std::optional<T>> if_present(Result<T> got)
{
    if (got.ok()) {
        return std::optional<T>(std::move(got).value());
    }
    if (got.error().code() == ErrorCode::NotFound) {
        return std::optional<T>();
    }
    return std::move(got).error();
}

}  // namespace starkeep::azure::arm
