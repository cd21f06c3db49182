// SPDX-License-Identifier: Apache-2.0
// A small Azure in memory for the fleet's tests: resources, operations that take a while, blobs, queues; it can lose answers.
#pragma once

#include "azure/credential.hpp"
#include "base/bytes.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

inline constexpr std::string_view kFakeSubscription = "11111111-2222-3333-4444-555555555555";
inline constexpr std::string_view kFakeSuffix = "core.starkeep.test";

class FakeCredential final : public azure::TokenCredential {
public:
    Result<azure::AccessToken> token(std::string_view scope, std::stop_token stop) override;
    void forget(std::string_view /*scope*/) override {}
};

/// Thread: any.
class FakeAzure final : public http::Transport {
public:
    /// The answer of the n-th call from now on is lost, though it took effect, and no later one gets through.
    void cut_after(std::size_t calls);
    /// The line is whole again.
    void mend() { cut_after(std::numeric_limits<std::size_t>::max()); }
    std::size_t calls() const;
    /// An empty subscription again.
    void forget_all();

    /// Resources of a type, "Microsoft.Compute/virtualMachines".
    std::vector<std::string> names_of(std::string_view type) const;
    Json resource(std::string_view id) const;
    void put_resource(const std::string& id, Json body);
    std::vector<std::string> blobs() const;
    std::vector<std::string> queues() const;
    std::vector<std::string> scripts() const;

    /// Knobs of what goes wrong.
    std::set<std::string> taken_names{};
    std::set<std::string> pending_targets{};
    std::set<std::string> sizes_without_capacity{};
    bool agent_reports = true;
    bool run_command_hangs = false;
    bool damages_uploads = false;
    std::string script_output = "done\n##RC=0\n";

    Result<http::Response> send(const http::Request& request, std::stop_token stop) override;

private:
    http::Response answer(const http::Request& request);
    http::Response answer_arm(const http::Request& request, const http::Url& url);
    http::Response put(const http::Request& request, const std::string& id);
    http::Response put_effects(const std::string& id, Json& body);
    http::Response remove(const std::string& id);
    http::Response get(const http::Url& url, const std::string& id);
    http::Response act(const http::Request& request, const std::string& id);
    http::Response poll(const std::string& number);
    http::Response begin(int status, const Json& body, const std::string& output);
    http::Response answer_blob(const http::Request& request, const http::Url& url);
    http::Response answer_queue(const http::Request& request, const http::Url& url);
    Json listed(const std::string& prefix, const std::string& type, bool children) const;

    struct Blob {
        Bytes content;
        http::Headers headers;
    };
    struct Operation {
        int polls_left = 1;
        Json output;
    };

    mutable Mutex mutex_;
    std::size_t calls_ = 0;
    std::size_t cut_after_ = std::numeric_limits<std::size_t>::max();
    /// By the id in lower case.
    std::map<std::string, Json> resources_;
    std::map<std::string, Operation> operations_;
    std::map<std::string, Blob> blobs_;
    std::set<std::string> containers_;
    std::set<std::string> queues_;
    std::vector<std::string> scripts_;
    int next_address_ = 4;
    bool is_script_running_ = false;
    int conflicts_ = 0;
};

}  // namespace starkeep::fleet
