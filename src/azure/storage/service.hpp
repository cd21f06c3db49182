// SPDX-License-Identifier: Apache-2.0
// One endpoint of a storage account: every request gets its version, its id, its checksum, its right and its retries here.
#pragma once

#include "azure/storage/authorization.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/retry_transport.hpp"
#include "http/transport.hpp"

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace starkeep::azure::storage {

struct ServiceOptions {
    /// "https://account.blob.core.windows.net" or Azurite's "http://127.0.0.1:10000/devstoreaccount1", without '/' at the end.
    std::string endpoint;
    /// Shared by the clients of one account.
    std::shared_ptr<Authorization> authorization{};
    http::RetryOptions retry{};
};

/// Thread: any.
class Service {
public:
    /// `transport` is one bare exchange, and lives longer.
    Service(http::Transport& transport, ServiceOptions options);
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    const std::string& endpoint() const { return endpoint_; }

    /// `path` and query are encoded and follow the endpoint.
    Result<http::Response> send(http::Request request, std::string_view path, std::stop_token stop);

private:
    class Authorizing;

    std::string endpoint_;
    std::unique_ptr<Authorizing> authorizing_;
    http::RetryTransport retrying_;
};

}  // namespace starkeep::azure::storage
