// SPDX-License-Identifier: Apache-2.0
// The manifest of one database in one restore point. Source: docs/repository-format.md section 6.
#pragma once

#include "base/result.hpp"
#include "codec/digest.hpp"
#include "json/json.hpp"
#include "repository/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::repository {

struct ManifestObject {
    std::string name;
    std::string kind;
    std::string row_form;
    std::vector<std::pair<std::string, std::string>> columns;  ///< name, type
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    codec::Digest digest;
    Json guard;
    Json facts;
    /// Backups in a row, up to this one, that could take rows of the object over; absent from the oldest repositories.
    std::optional<std::uint64_t> generation;
    std::vector<Reference> segments;
};

struct Manifest {
    std::string database;
    std::vector<Reference> definitions;
    Json facts;
    std::vector<std::string> left_out;
    std::vector<ManifestObject> objects;
};

std::string encode_manifest(const Manifest& manifest);
/// Errors: Corrupt naming the member that is missing or of another type or range.
Result<Manifest> decode_manifest(std::string_view text);

}  // namespace starkeep::repository
