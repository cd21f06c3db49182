// SPDX-License-Identifier: Apache-2.0
#include "http/curl_transport.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "http/curl_error_internal.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "sys/file.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::http {

namespace {

constexpr std::size_t kIdleHandles = 32;
constexpr std::size_t kLargestHeaders = std::size_t{256} << 10U;
constexpr std::uint64_t kLargestCaFile = std::uint64_t{16} << 20U;

struct EasyDeleter {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

struct ListDeleter {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

/// Only a wrong option or value of ours can fail here.
template <typename Value>
void set(CURL* handle, CURLoption option, Value value)
{
    ENSURE(curl_easy_setopt(handle, option, value) == CURLE_OK);
}

/// What the callbacks of one exchange share.
struct Exchange {
    Response response{};
    std::stop_token stop;
    std::uint64_t max_bytes = 0;
    std::size_t header_bytes = 0;
    bool is_too_large = false;
};

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// Room for the announced body at once, within the limit: growing by doubling would copy a large one often.
void reserve_announced(Exchange& exchange, std::string_view length)
{
    std::uint64_t announced = 0;
    const auto [end, failure] =
        std::from_chars(length.data(), length.data() + length.size(), announced);
    if (failure == std::errc() && announced <= exchange.max_bytes) {
        exchange.response.body.reserve(announced);
    }
}

// The callbacks may not throw: libcurl is C. Out of memory ends the process, as everywhere.

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) noexcept
{
    auto& exchange = *static_cast<Exchange*>(user);
    const std::string_view line(data, size * count);
    exchange.header_bytes += line.size();
    if (exchange.header_bytes > kLargestHeaders) {
        exchange.is_too_large = true;
        return 0;
    }
    if (line.starts_with("HTTP/")) {
        exchange.response.headers = {};  // what came with "100 Continue" is not the response's
        return line.size();
    }
    if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
        const std::string_view value = trimmed(line.substr(colon + 1));
        exchange.response.headers.add(
            std::string(trimmed(line.substr(0, colon))), std::string(value)
        );
    }
    return line.size();
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) noexcept
{
    auto& exchange = *static_cast<Exchange*>(user);
    Bytes& body = exchange.response.body;
    const std::size_t length = size * count;
    if (length > exchange.max_bytes - body.size()) {
        exchange.is_too_large = true;
        return 0;
    }
    if (body.empty()) {
        reserve_announced(exchange, exchange.response.headers.find("Content-Length").value_or(""));
    }
    append(body, as_bytes({data, length}));
    return length;
}

int ask_for_stop(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept
{
    return static_cast<const Exchange*>(user)->stop.stop_requested() ? 1 : 0;
}

bool is_token(std::string_view name)
{
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [kMarks](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

void add_header(List& list, const std::string& line)
{
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    ENSURE(longer != nullptr);
    if (list == nullptr) {  // otherwise the list has the same head as before
        list.reset(longer);
    }
}

Result<List> header_list(const Request& request)
{
    constexpr std::string_view kForbidden("\r\n\0", 3);
    List list;
    for (const auto& [name, value] : request.headers.fields()) {
        if (!is_token(name) || value.find_first_of(kForbidden) != std::string::npos) {
            return Error{ErrorCode::InvalidInput, "header " + name + " cannot be sent"};
        }
        add_header(list, value.empty() ? name + ";" : name + ": " + value);
    }
    // libcurl adds these of its own accord; one without a value takes it away.
    for (const std::string name : {"Content-Type", "Expect"}) {
        if (!request.headers.find(name)) {
            add_header(list, name + ":");
        }
    }
    return list;
}

bool is_without_proxy(std::string_view host)
{
    constexpr std::array<std::string_view, 4> kNear{
        "169.254.169.254", "127.0.0.1", "localhost", "[::1]"
    };
    return std::ranges::find(kNear, host) != kNear.end();
}

void set_method(CURL* handle, const Request& request)
{
    if (request.method == "HEAD") {
        set(handle, CURLOPT_NOBODY, 1L);
        return;
    }
    const bool has_body = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
    if (has_body) {
        set(handle, CURLOPT_POST, 1L);
        set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(handle, CURLOPT_POSTFIELDS, static_cast<const void*>(request.body.data()));
    } else {
        set(handle, CURLOPT_HTTPGET, 1L);
    }
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (request.method == "POST" || request.method == "PATCH") {
        set(handle, CURLOPT_FRESH_CONNECT, 1L);
    }
}

class CurlTransport final : public Transport {
public:
    explicit CurlTransport(CurlOptions options) : options_(std::move(options)) {}

    Result<Response> send(const Request& request, std::stop_token stop) override;

private:
    Easy take_handle();
    void give_back(Easy handle);
    void set_limits(CURL* handle) const;

    CurlOptions options_;
    Mutex mutex_;
    std::vector<Easy> idle_ GUARDED_BY(mutex_);
};

Easy CurlTransport::take_handle()
{
    {
        const MutexLock lock(mutex_);
        if (!idle_.empty()) {
            // The last one used: its connection is the likeliest to be open still.
            Easy handle = std::move(idle_.back());
            idle_.pop_back();
            curl_easy_reset(handle.get());
            return handle;
        }
    }
    Easy handle(curl_easy_init());
    ENSURE(handle != nullptr);
    return handle;
}

void CurlTransport::give_back(Easy handle)
{
    const MutexLock lock(mutex_);
    if (idle_.size() < kIdleHandles) {
        idle_.push_back(std::move(handle));
    }
}

void CurlTransport::set_limits(CURL* handle) const
{
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(handle, CURLOPT_PATH_AS_IS, 1L);
    set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.time_limit.count()));
    set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_timeout.count()));
    set(handle, CURLOPT_USERAGENT, options_.user_agent.c_str());
    if (!options_.ca_file.empty()) {
        set(handle, CURLOPT_CAINFO, options_.ca_file.c_str());
    }
}

Result<Response> CurlTransport::send(const Request& request, std::stop_token stop)
{
    if (stop.stop_requested()) {
        return Error{ErrorCode::Cancelled, "stopped before a request was sent"};
    }
    TRY_LET(const Url url, parse_url(request.url));
    TRY_LET(const List headers, header_list(request));
    Exchange exchange{.stop = std::move(stop), .max_bytes = options_.max_response_bytes};
    std::array<char, CURL_ERROR_SIZE> words{};
    Easy handle = take_handle();
    set_limits(handle.get());
    set_method(handle.get(), request);
    set(handle.get(), CURLOPT_URL, request.url.c_str());
    set(handle.get(), CURLOPT_HTTPHEADER, headers.get());
    set(handle.get(), CURLOPT_ERRORBUFFER, words.data());
    set(handle.get(), CURLOPT_HEADERFUNCTION, &take_header);
    set(handle.get(), CURLOPT_HEADERDATA, &exchange);
    set(handle.get(), CURLOPT_WRITEFUNCTION, &take_body);
    set(handle.get(), CURLOPT_WRITEDATA, &exchange);
    set(handle.get(), CURLOPT_NOPROGRESS, 0L);
    set(handle.get(), CURLOPT_XFERINFOFUNCTION, &ask_for_stop);
    set(handle.get(), CURLOPT_XFERINFODATA, &exchange);
    if (is_without_proxy(url.host)) {
        set(handle.get(), CURLOPT_PROXY, "");
    }
    const CURLcode code = curl_easy_perform(handle.get());
    long status = 0;
    curl_off_t connected_us = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle.get(), CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    if (code == CURLE_OK) {
        give_back(std::move(handle));
        exchange.response.status = static_cast<int>(status);
        return std::move(exchange.response);
    }
    const std::string host = url.host + (url.port ? ":" + std::to_string(*url.port) : "");
    if (exchange.is_too_large) {
        return Error{ErrorCode::Corrupt, "the answer of " + host + " is larger than it may be"};
    }
    if (exchange.stop.stop_requested()) {
        return Error{ErrorCode::Cancelled, "stopped while talking to " + host};
    }
    return curl_error(
        {.code = code, .host = host, .words = words.data(), .was_connected = connected_us > 0}
    );
}

}  // namespace

Result<std::unique_ptr<Transport>> make_curl_transport(CurlOptions options)
{
    // A local static: libcurl asks for one call before the first thread uses it, and is never shut down.
    static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
    ENSURE(kReady == CURLE_OK);
    if (!options.ca_file.empty()) {
        const Result<Bytes> read = sys::read_file(options.ca_file, kLargestCaFile);
        if (!read.ok()) {
            return Error(read.error()).during("reading the CA file");
        }
        if (as_text(*read).find("-----BEGIN CERTIFICATE-----") == std::string_view::npos) {
            return Error{
                ErrorCode::InvalidInput,
                "the CA file " + options.ca_file + " holds no certificate",
                "It is a text file with certificates in PEM form."
            };
        }
    }
    return std::unique_ptr<Transport>(std::make_unique<CurlTransport>(std::move(options)));
}

}  // namespace starkeep::http
