// SPDX-License-Identifier: Apache-2.0
#include "protocol/manifest.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/ed25519.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "protocol/members_internal.hpp"
#include "protocol/worker_config.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::protocol {

namespace {

constexpr std::size_t kMostFiles = 100;
constexpr std::size_t kLongestName = 200;
/// Signed before the text, so that this signature can stand under nothing else that the key may ever sign.
constexpr std::string_view kPurpose = "starkeep worker manifest 1\n";

bool is_name(std::string_view name)
{
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !name.empty() && name.size() <= kLongestName && name.front() != '.' &&
           name.find_first_not_of(kAllowed) == std::string_view::npos;
}

Bytes signed_bytes(std::string_view text)
{
    Bytes bytes = to_bytes(kPurpose);
    append(bytes, as_bytes(text));
    return bytes;
}

Result<ManifestFile> decode_file(const Json& item)
{
    ManifestFile file;
    TRY_LET(file.name, json::get_string(item, "name"));
    if (!is_name(file.name)) {
        return Error{ErrorCode::Corrupt, "a file of the manifest has no legal name"};
    }
    TRY_LET(
        file.size_bytes,
        get_number(
            item, "size", 0, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
        )
    );
    TRY(get_hex(item, "md5", file.md5));
    TRY(get_hex(item, "sha256", file.sha256));
    return file;
}

}  // namespace

std::string encode_manifest(const WorkerManifest& manifest)
{
    Json files = Json::array();
    for (const ManifestFile& file : manifest.files) {
        files.push_back(
            {{"name", file.name},
             {"size", file.size_bytes},
             {"md5", to_hex(file.md5)},
             {"sha256", to_hex(file.sha256)}}
        );
    }
    return json::format(
               {{"format", kProtocolVersion}, {"version", manifest.version}, {"files", files}}
           ) +
           "\n";
}

Result<WorkerManifest> decode_manifest(std::string_view text)
{
    TRY_LET(const Json document, json::parse(text));
    TRY(require_version(document, "format", "the manifest of the worker files"));
    WorkerManifest manifest;
    TRY_LET(manifest.version, json::get_string(document, "version"));
    TRY_LET(const Json files, json::get_array(document, "files"));
    if (files.empty() || files.size() > kMostFiles) {
        return Error{ErrorCode::Corrupt, "the manifest does not name 1 to 100 files"};
    }
    for (const Json& item : files) {
        TRY_LET(ManifestFile file, decode_file(item));
        if (!manifest.files.empty() && manifest.files.back().name >= file.name) {
            return Error{ErrorCode::Corrupt, "the files of the manifest are not in order"};
        }
        manifest.files.push_back(std::move(file));
    }
    return manifest;
}

std::string sign_manifest(std::string_view text, const codec::Key256& signing_key)
{
    return to_hex(codec::ed25519_sign(signing_key, signed_bytes(text))) + "\n";
}

Result<WorkerManifest> verify_manifest(
    std::string_view text, std::string_view signature, const codec::Ed25519PublicKey& signer
)
{
    while (signature.ends_with('\n') || signature.ends_with('\r')) {
        signature.remove_suffix(1);
    }
    codec::Ed25519Signature bytes{};
    if (!from_hex(signature, bytes) || !codec::ed25519_verify(signer, signed_bytes(text), bytes)) {
        return Error{
            ErrorCode::Denied,
            "the manifest of the worker files does not bear the appliance's signature",
            "Upload the worker files again; if that does not help, somebody changes them."
        };
    }
    return decode_manifest(text);
}

}  // namespace starkeep::protocol
