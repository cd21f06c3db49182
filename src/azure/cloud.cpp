// SPDX-License-Identifier: Apache-2.0
#include "azure/cloud.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "sys/file.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::azure {

namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 20U;
constexpr std::uint64_t kLongestPollMs = 600'000;

Result<void> take_text(const Json& object, const char* key, std::string& into)
{
    if (object.contains(key)) {
        TRY_LET(into, json::get_string(object, key));
    }
    return {};
}

Result<void> take_url(const Json& object, const char* key, std::string& into)
{
    TRY(take_text(object, key, into));
    while (into.ends_with('/')) {
        into.pop_back();
    }
    const Result<http::Url> url = http::parse_url(into);
    if (!url.ok()) {
        return Error{
            ErrorCode::Corrupt, "member " + std::string(key) + ": " + url.error().message()
        };
    }
    return {};
}

Result<void> take_interval(const Json& object, std::chrono::milliseconds& into)
{
    constexpr const char* kKey = "poll_interval_ms";
    if (!object.contains(kKey)) {
        return {};
    }
    TRY_LET(const std::uint64_t interval_ms, json::get_unsigned(object, kKey));
    into = std::chrono::milliseconds(std::min(interval_ms, kLongestPollMs));
    return {};
}

Result<Cloud> parse_cloud(std::string_view text)
{
    TRY_LET(const Json object, json::parse(text));
    if (!object.is_object()) {
        return Error{ErrorCode::Corrupt, "it holds no JSON object"};
    }
    Cloud cloud;
    TRY(take_url(object, "authority_host", cloud.authority_host));
    TRY(take_url(object, "resource_manager", cloud.resource_manager));
    TRY(take_url(object, "identity_endpoint", cloud.identity_endpoint));
    TRY(take_text(object, "storage_suffix", cloud.storage_suffix));
    TRY(take_text(object, "postgres_suffix", cloud.postgres_suffix));
    TRY(take_text(object, "ca_file", cloud.ca_file));
    TRY(take_text(object, "tenant_id", cloud.tenant_id));
    TRY(take_text(object, "subscription_id", cloud.subscription_id));
    TRY(take_interval(object, cloud.poll_interval));
    return cloud;
}

}  // namespace

Result<Cloud> Cloud::load(const std::filesystem::path& path)
{
    TRY_LET(const Bytes content, sys::read_file(path, kLargestFile));
    Result<Cloud> cloud = parse_cloud(as_text(content));
    if (!cloud.ok()) {
        return std::move(cloud).error().during("reading the cloud's description " + path.string());
    }
    return cloud;
}

std::string Cloud::blob_endpoint(std::string_view account) const
{
    return "https://" + std::string(account) + ".blob." + storage_suffix;
}

std::string Cloud::queue_endpoint(std::string_view account) const
{
    return "https://" + std::string(account) + ".queue." + storage_suffix;
}

}  // namespace starkeep::azure
