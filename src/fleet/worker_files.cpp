// SPDX-License-Identifier: Apache-2.0
#include "azure/cloud.hpp"
#include "azure/storage/authorization.hpp"
#include "azure/storage/blob_client.hpp"
#include "azure/storage/sas.hpp"
#include "azure/storage/shared_key.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/ed25519.hpp"
#include "codec/hash.hpp"
#include "codec/md5.hpp"
#include "fleet/account_access_internal.hpp"
#include "fleet/launch.hpp"
#include "fleet/names.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/worker_files_internal.hpp"
#include "fleet/worker_id.hpp"
#include "protocol/manifest.hpp"
#include "protocol/worker_config.hpp"
#include "sys/file.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

namespace storage = azure::storage;

namespace {

constexpr std::uint64_t kLargestBundle = std::uint64_t{1} << 30U;
constexpr std::uint64_t kLargestCertificates = std::uint64_t{1} << 20U;
constexpr std::chrono::hours kUploadAccess{1};
constexpr std::string_view kBundleBegin = "starkeep-worker-";
constexpr std::string_view kBundleEnd = ".tar.gz";
constexpr std::string_view kSha256 = "sha256";

struct LocalFile {
    std::string blob;
    protocol::ManifestFile described;
    Bytes content;
};

LocalFile local_file(const std::string& prefix, std::string name, Bytes content)
{
    LocalFile file{
        .blob = prefix + name,
        .described = {.name = std::move(name), .size_bytes = content.size()},
        .content = std::move(content),
    };
    file.described.md5 = codec::md5(file.content);
    file.described.sha256 = codec::sha256(file.content);
    return file;
}

Result<std::string> version_of(const std::string& name)
{
    if (!name.starts_with(kBundleBegin) || !name.ends_with(kBundleEnd) ||
        name.size() <= kBundleBegin.size() + kBundleEnd.size()) {
        return Error{
            ErrorCode::InvalidInput,
            "worker bundle " + name + " is not named starkeep-worker-VERSION.tar.gz"
        };
    }
    return name.substr(kBundleBegin.size(), name.size() - kBundleBegin.size() - kBundleEnd.size());
}

/// worker.json. The same for every run of one launch, so that it need not be uploaded again.
Result<Secret> worker_config(const Services& services, const LaunchRequest& request)
{
    const StorageAccount& talk = request.network.talk;
    TRY_LET(const storage::SharedKey key, account_key(services, talk));
    const WorkerNames names = worker_names(request.keys.worker);
    const auto url = [&](const std::string& queue, const std::string& permissions) {
        return Secret(
            talk.queue_endpoint + "/" + queue + "?" +
            storage::queue_sas(
                key,
                {.account = talk.name, .queue = queue},
                {.permissions = permissions, .expires_at = request.keys.expires + kQueueAccess}
            )
        );
    };
    protocol::WorkerConfig config{
        .worker = request.keys.worker,
        .tasks_url = url(names.tasks_queue, "up"),
        .events_url = url(names.events_queue, "a"),
        .appliance_key = request.keys.public_key(),
        .appliance_signing_key = codec::ed25519_public_key(request.signing_key),
        .bootstrap_secret = request.keys.bootstrap_secret,
        .expires = request.keys.expires,
        .storage_suffix = services.cloud.storage_suffix,
        .ca_certificates = {},
    };
    if (!services.cloud.ca_file.empty()) {
        TRY_LET(
            const Bytes certificates, sys::read_file(services.cloud.ca_file, kLargestCertificates)
        );
        config.ca_certificates = std::string(as_text(certificates));
    }
    return protocol::encode_worker_config(config);
}

bool is_same(const storage::BlobProperties& there, const protocol::ManifestFile& file)
{
    const auto sha256 = there.metadata.find(std::string(kSha256));
    return there.md5 == file.md5 && sha256 != there.metadata.end() &&
           sha256->second == to_hex(file.sha256);
}

/// True when it had to be uploaded.
Result<bool> put_file(storage::BlobClient& client, const LocalFile& file, std::stop_token stop)
{
    Result<storage::BlobProperties> there = client.head(file.blob, stop);
    if (there.ok() && is_same(*there, file.described)) {
        return false;
    }
    if (!there.ok() && there.error().code() != ErrorCode::NotFound) {
        return std::move(there).error();
    }
    TRY(client.put(
        file.blob,
        file.content,
        {.mode = storage::PutMode::Replace,
         .metadata = {{std::string(kSha256), to_hex(file.described.sha256)}}},
        {},
        stop
    ));
    TRY_LET(const storage::BlobProperties stored, client.head(file.blob, stop));
    if (!is_same(stored, file.described)) {
        return Error{
            ErrorCode::Corrupt,
            "worker file " + file.blob + " in " + client.url() +
                ": MD5 or SHA-256 differs after the upload",
            "Run again; when it happens twice, something on the way to the account changes bytes."
        };
    }
    return true;
}

/// All files; the bundle first.
Result<std::vector<LocalFile>> gather(const Services& services, const LaunchRequest& request)
{
    const std::string name = request.bundle.filename().string();
    TRY_LET(const std::string version, version_of(name));
    const std::string prefix = worker_names(request.keys.worker).files_prefix;
    TRY_LET(Bytes bundle, sys::read_file(request.bundle, kLargestBundle));
    TRY_LET(const Secret config, worker_config(services, request));
    std::vector<LocalFile> files;
    files.push_back(local_file("", name, std::move(bundle)));
    files.push_back(local_file(prefix, "worker.json", to_bytes(config.reveal())));
    const std::string manifest = protocol::encode_manifest(
        {.version = version, .files = {files[0].described, files[1].described}}
    );
    files.push_back(local_file(prefix, "manifest.json", to_bytes(manifest)));
    files.push_back(local_file(
        prefix, "manifest.sig", to_bytes(protocol::sign_manifest(manifest, request.signing_key))
    ));
    return files;
}

}  // namespace

Result<WorkerFiles>
upload_worker_files(const Services& services, const LaunchRequest& request, StepSink& sink)
{
    const StorageAccount& account = request.network.files;
    TRY_LET(const std::vector<LocalFile> files, gather(services, request));
    TRY_LET(storage::SharedKey key, account_key(services, account));
    const std::string container(kWorkerContainer);
    const std::string upload_sas = storage::blob_sas(
        key,
        {.account = account.name, .container = container},
        {.permissions = "rcw", .expires_at = services.clock.now() + kUploadAccess}
    );
    WorkerFiles result;
    std::vector<Download> downloads;
    for (const LocalFile& file : files) {
        downloads.push_back({
            .file = file.described,
            .url = account.blob_endpoint + "/" + container + "/" + file.blob + "?" +
                   storage::blob_sas(
                       key,
                       {.account = account.name, .container = container, .blob = file.blob},
                       {.permissions = "r", .expires_at = request.keys.expires}
                   ),
        });
    }
    storage::BlobClient owner(
        services.data,
        storage_options(services, account.blob_endpoint, storage::by_shared_key(std::move(key))),
        container
    );
    Result<void> made = owner.create_container(services.stop);
    if (!made.ok() && made.error().code() != ErrorCode::Exists) {
        return unreachable(std::move(made).error(), account);
    }
    storage::BlobClient uploader(
        services.data,
        storage_options(services, account.blob_endpoint, storage::by_sas(Secret(upload_sas))),
        container
    );
    std::size_t uploaded = 0;
    for (const LocalFile& file : files) {
        sink.report(step::kUpload, StepState::Running, file.described.name);
        Result<bool> put = put_file(uploader, file, services.stop);
        if (!put.ok()) {
            return unreachable(std::move(put).error(), account);
        }
        uploaded += *put ? 1U : 0U;
    }
    result.bundle = downloads.front();
    result.others.assign(downloads.begin() + 1, downloads.end());
    result.summary = std::to_string(uploaded) + " uploaded, " +
                     std::to_string(files.size() - uploaded) + " there already, every MD5 compared";
    return result;
}

Result<void> remove_worker_files(const Services& services, const Network& network, WorkerId id)
{
    if (network.files.resource_id.empty()) {
        return {};
    }
    TRY_LET(storage::SharedKey key, account_key(services, network.files));
    storage::BlobClient client(
        services.data,
        storage_options(
            services, network.files.blob_endpoint, storage::by_shared_key(std::move(key))
        ),
        std::string(kWorkerContainer)
    );
    const Result<std::vector<storage::BlobInfo>> files =
        client.list(worker_names(id).files_prefix, services.stop);
    if (!files.ok()) {
        return files.error().code() == ErrorCode::NotFound
                   ? Result<void>()
                   : unreachable(files.error(), network.files);
    }
    for (const storage::BlobInfo& file : *files) {
        const Result<void> removed = client.remove(file.name, services.stop);
        if (!removed.ok() && removed.error().code() != ErrorCode::NotFound) {
            return removed;
        }
    }
    return {};
}

}  // namespace starkeep::fleet
