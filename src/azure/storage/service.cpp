// SPDX-License-Identifier: Apache-2.0
#include "azure/storage/service.hpp"

#include "azure/storage/authorization.hpp"
#include "azure/storage/sas.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/base64.hpp"
#include "codec/md5.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "sys/random.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::azure::storage {

/// Below the retries, so that each try is signed and dated anew.
class Service::Authorizing final : public http::Transport {
public:
    Authorizing(http::Transport& inner, std::shared_ptr<Authorization> authorization)
        : inner_(inner), authorization_(std::move(authorization))
    {
    }

    Result<http::Response> send(const http::Request& request, std::stop_token stop) override
    {
        Result<http::Response> response = send_once(request, stop);
        const bool is_refused =
            response.ok() && (response->status == 401 || response->status == 403);
        if (is_refused && authorization_ != nullptr && authorization_->renew(response->status)) {
            return send_once(request, stop);
        }
        return response;
    }

private:
    Result<http::Response> send_once(http::Request request, const std::stop_token& stop)
    {
        std::array<std::byte, 16> id{};
        sys::fill_random(id);
        request.headers.set("x-ms-client-request-id", to_hex(id));
        if (authorization_ != nullptr) {
            TRY(authorization_->authorize(request, stop));
        }
        return inner_.send(request, stop);
    }

    http::Transport& inner_;
    std::shared_ptr<Authorization> authorization_;  // shared: one account, several clients
};

Service::Service(http::Transport& transport, ServiceOptions options)
    : endpoint_(std::move(options.endpoint))
    , authorizing_(std::make_unique<Authorizing>(transport, std::move(options.authorization)))
    , retrying_(*authorizing_, std::move(options.retry))
{
}

Service::~Service() = default;

Result<http::Response>
Service::send(http::Request request, std::string_view path, std::stop_token stop)
{
    request.url = endpoint_ + std::string(path);
    request.headers.set("x-ms-version", std::string(kStorageVersion));
    if (!request.body.empty()) {
        request.headers.set("Content-MD5", codec::encode_base64(codec::md5(request.body)));
    }
    return retrying_.send(request, std::move(stop));
}

}  // namespace starkeep::azure::storage
