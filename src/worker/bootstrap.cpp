// SPDX-License-Identifier: Apache-2.0
#include "worker/bootstrap.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "http/curl_transport.hpp"
#include "protocol/manifest.hpp"
#include "protocol/worker_config.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "worker/azure_queue.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

namespace starkeep::worker {

namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 20U;

Result<void>
require_signature(const std::filesystem::path& folder, const protocol::WorkerConfig& config)
{
    const Result<Bytes> manifest = sys::read_file(folder / "manifest.json", kLargestFile);
    if (!manifest.ok() && manifest.error().code() == ErrorCode::NotFound) {
        return {};
    }
    TRY(manifest);
    TRY_LET(const Bytes signature, sys::read_file(folder / "manifest.sig", kLargestFile));
    TRY(protocol::verify_manifest(
        as_text(*manifest), as_text(signature), config.appliance_signing_key
    ));
    return {};
}

}  // namespace

Result<protocol::WorkerConfig> read_bootstrap(const std::filesystem::path& path)
{
    TRY_LET(Bytes text, sys::read_file(path, kLargestFile));
    Result<protocol::WorkerConfig> config = protocol::decode_worker_config(as_text(text));
    codec::wipe(text);
    if (!config.ok()) {
        return std::move(config).error().during("reading " + path.string());
    }
    if (sys::system_clock().now() > config->expires) {
        return Error{
            ErrorCode::Denied,
            "the bootstrap file has expired at " + sys::format_rfc3339(config->expires),
            "The appliance makes a new one when it launches the worker again."
        };
    }
    TRY(require_signature(path.parent_path(), *config));
    return config;
}

Result<std::unique_ptr<Connections>> Connections::open(const protocol::WorkerConfig& config)
{
    std::unique_ptr<Connections> open(new Connections);
    open->cloud_.storage_suffix = config.storage_suffix;
    if (!config.ca_certificates.empty()) {
        TRY_LET(sys::TempDir folder, sys::TempDir::create("starkeep-worker-"));
        const std::filesystem::path file = folder.path() / "ca.pem";
        TRY(sys::write_file_durably(file, as_bytes(config.ca_certificates)));
        open->folder_.emplace(std::move(folder));
        open->cloud_.ca_file = file;
    }
    TRY_LET(open->transport_, http::make_curl_transport({.ca_file = open->cloud_.ca_file}));
    TRY_LET(open->tasks_, AzureQueue::open(config.tasks_url, *open->transport_));
    TRY_LET(open->events_, AzureQueue::open(config.events_url, *open->transport_));
    return open;
}

}  // namespace starkeep::worker
