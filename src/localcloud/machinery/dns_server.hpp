// SPDX-License-Identifier: Apache-2.0
// The resolver that machines of one network ask, over UDP and TCP.
#pragma once

#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/name_book.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "sys/file.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

namespace starkeep::localcloud {

class DnsServer {
public:
    /// Serves on port 53 of `address` inside `inside` what `names` says to `network`, until it is destroyed.
    /// `names` must outlive it.
    static Result<std::unique_ptr<DnsServer>> start(
        const NetworkNamespace& inside,
        Address address,
        const NameBook& names,
        std::optional<FactId> network
    );
    ~DnsServer();
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

private:
    DnsServer(const NameBook& names, std::optional<FactId> network)
        : names_(names), network_(std::move(network))
    {
    }
    Bytes answer(ByteView message, std::optional<std::size_t> limit_bytes) const;
    void serve_datagrams(const std::stop_token& stop) const;
    void serve_streams(const std::stop_token& stop) const;
    void serve_stream(const sys::UniqueFd& caller) const;
    bool wait_for_input(int socket) const;

    const NameBook& names_;
    std::optional<FactId> network_;
    sys::UniqueFd datagrams_;
    sys::UniqueFd streams_;
    sys::UniqueFd wake_;
    std::jthread datagram_thread_;
    std::jthread stream_thread_;
};

}  // namespace starkeep::localcloud
