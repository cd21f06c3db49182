// SPDX-License-Identifier: Apache-2.0
// The signed list of the files that a worker machine downloads.
#pragma once

#include "base/result.hpp"
#include "codec/ed25519.hpp"
#include "codec/hash.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::protocol {

struct ManifestFile {
    std::string name;  ///< 1 to 200 characters of [A-Za-z0-9._-], not beginning with '.'
    std::uint64_t size_bytes = 0;
    std::array<std::byte, 16> md5{};  ///< what Blob storage keeps of a blob; proves transport only
    codec::Hash256 sha256{};
};

struct WorkerManifest {
    std::string version;              ///< of the bundle
    std::vector<ManifestFile> files;  ///< ascending by name, each once; 1 to 100
};

/// Equal manifests have equal texts: one JSON document, files in the order of their names.
std::string encode_manifest(const WorkerManifest& manifest);
/// Errors: Unsupported for another version of the format; Corrupt.
Result<WorkerManifest> decode_manifest(std::string_view text);

/// What manifest.sig holds: the signature in 128 hexadecimal digits and a newline.
std::string sign_manifest(std::string_view text, const codec::Key256& signing_key);

/// The manifest, once its signature is proved: nothing of `text` is believed before.
/// Errors: Denied when the signature is not this signer's of this text; those of decode_manifest().
Result<WorkerManifest> verify_manifest(
    std::string_view text, std::string_view signature, const codec::Ed25519PublicKey& signer
);

}  // namespace starkeep::protocol
