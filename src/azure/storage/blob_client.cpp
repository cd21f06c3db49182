// SPDX-License-Identifier: Apache-2.0
#include "azure/storage/blob_client.hpp"

#include "azure/storage/service.hpp"
#include "azure/storage/storage_error.hpp"
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/base64.hpp"
#include "codec/md5.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::azure::storage {

namespace {

constexpr unsigned kLongestPage = 5000;

std::string named(std::string_view act, std::string_view name)
{
    return std::string(act) + " blob " + std::string(name);
}

/// Metadata comes back as header fields x-ms-meta-NAME, in whatever case.
void take_metadata(const http::Response& response, BlobProperties& properties)
{
    constexpr std::string_view kPrefix = "x-ms-meta-";
    for (const auto& [field, value] : response.headers.fields()) {
        std::string name = field;
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        if (name.starts_with(kPrefix)) {
            properties.metadata.emplace(name.substr(kPrefix.size()), value);
        }
    }
}

std::optional<codec::Md5Sum> find_md5(const http::Response& response)
{
    const std::optional<std::string> text = response.headers.find("Content-MD5");
    const std::optional<Bytes> bytes = text ? codec::decode_base64(*text) : std::nullopt;
    if (!bytes || bytes->size() != codec::Md5Sum{}.size()) {
        return std::nullopt;
    }
    codec::Md5Sum sum{};
    std::ranges::copy(*bytes, sum.begin());
    return sum;
}

}  // namespace

BlobClient::BlobClient(http::Transport& transport, ServiceOptions service, std::string container)
    : service_(transport, std::move(service)), container_(std::move(container))
{
}

std::string BlobClient::url() const
{
    return service_.endpoint() + "/" + container_;
}

std::string BlobClient::path(std::string_view name) const
{
    return "/" + container_ + "/" + http::percent_encode_path(name);
}

Result<void> BlobClient::create_container(std::stop_token stop)
{
    TRY_LET(
        const http::Response response,
        service_.send({.method = "PUT"}, "/" + container_ + "?restype=container", std::move(stop))
    );
    if (response.status != 201) {
        return storage_error(response, "making container " + container_);
    }
    return {};
}

Result<void> BlobClient::remove_container(std::stop_token stop)
{
    TRY_LET(
        const http::Response response,
        service_.send(
            {.method = "DELETE"}, "/" + container_ + "?restype=container", std::move(stop)
        )
    );
    if (response.status != 202) {
        return storage_error(response, "removing container " + container_);
    }
    return {};
}

Result<Bytes> BlobClient::get(std::string_view name, std::stop_token stop)
{
    TRY_LET(http::Response response, service_.send({.method = "GET"}, path(name), std::move(stop)));
    if (response.status != 200) {
        return storage_error(response, named("reading", name));
    }
    return std::move(response.body);
}

Result<Bytes> BlobClient::get_range(
    std::string_view name, std::uint64_t offset, std::uint64_t length, std::stop_token stop
)
{
    constexpr std::uint64_t kEnd = std::numeric_limits<std::int64_t>::max();
    ENSURE(length > 0);
    if (offset >= kEnd) {
        return Error{ErrorCode::Corrupt, named("reading", name) + ": no blob is that long"};
    }
    const std::uint64_t last = offset + std::min(length, kEnd - offset) - 1;
    const http::Request request{
        .method = "GET",
        .headers = {{"x-ms-range", "bytes=" + std::to_string(offset) + "-" + std::to_string(last)}},
    };
    TRY_LET(http::Response response, service_.send(request, path(name), std::move(stop)));
    if (response.status != 206) {
        return storage_error(response, named("reading", name));
    }
    // Azurite answers so, where Azure says 416, when the blob ends right at `offset`.
    if (response.body.empty() || response.body.size() > length) {
        return Error{
            ErrorCode::Corrupt,
            named("reading", name) + ": " + std::to_string(response.body.size()) +
                " bytes came where " + std::to_string(length) + " were asked for"
        };
    }
    return std::move(response.body);
}

Result<BlobProperties> BlobClient::head(std::string_view name, std::stop_token stop)
{
    TRY_LET(
        const http::Response response,
        service_.send({.method = "HEAD"}, path(name), std::move(stop))
    );
    if (response.status != 200) {
        return storage_error(response, named("looking at", name));
    }
    BlobProperties properties{
        .md5 = find_md5(response), .etag = response.headers.find("ETag").value_or("")
    };
    const std::string length = response.headers.find("Content-Length").value_or("");
    const auto [end, failure] =
        std::from_chars(length.data(), length.data() + length.size(), properties.size_bytes);
    if (failure != std::errc() || end != length.data() + length.size()) {
        return Error{
            ErrorCode::Corrupt, named("looking at", name) + ": the answer gives no length"
        };
    }
    take_metadata(response, properties);
    return properties;
}

Result<void> BlobClient::remove(std::string_view name, std::stop_token stop)
{
    TRY_LET(
        const http::Response response,
        service_.send({.method = "DELETE"}, path(name), std::move(stop))
    );
    if (response.status != 202) {
        return storage_error(response, named("removing", name));
    }
    return {};
}

Result<BlobPage> BlobClient::list_page(
    std::string_view prefix, std::string_view marker, unsigned limit, std::stop_token stop
)
{
    ENSURE(limit >= 1 && limit <= kLongestPage);
    http::QueryParameters parameters{
        {"restype", "container"}, {"comp", "list"}, {"maxresults", std::to_string(limit)}
    };
    if (!prefix.empty()) {
        parameters.emplace_back("prefix", prefix);
    }
    if (!marker.empty()) {
        parameters.emplace_back("marker", marker);
    }
    TRY_LET(
        const http::Response response,
        service_.send(
            {.method = "GET"},
            "/" + container_ + "?" + http::format_query(parameters),
            std::move(stop)
        )
    );
    if (response.status != 200) {
        return storage_error(response, "listing container " + container_);
    }
    return parse_blob_page(response.text());
}

Result<std::vector<BlobInfo>> BlobClient::list(std::string_view prefix, std::stop_token stop)
{
    std::vector<BlobInfo> all;
    std::string marker;
    do {
        TRY_LET(BlobPage page, list_page(prefix, marker, kLongestPage, stop));
        if (page.next == marker && !marker.empty()) {
            return Error{
                ErrorCode::Corrupt, "listing container " + container_ + " goes in a circle"
            };
        }
        std::ranges::move(page.blobs, std::back_inserter(all));
        marker = std::move(page.next);
    } while (!marker.empty());
    return all;
}

}  // namespace starkeep::azure::storage
