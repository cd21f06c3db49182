// SPDX-License-Identifier: Apache-2.0
// Rows of one table of a point as COPY text, CSV or newline-delimited JSON, without any server.
#pragma once

#include "base/result.hpp"
#include "engine/point_reader.hpp"
#include "engine/progress.hpp"
#include "repository/manifest.hpp"
#include "repository/repository.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::engine {

enum class ExportFormat { Copy, Csv, Ndjson };

struct ExportRequest {
    ExportFormat format = ExportFormat::Copy;
    /// Column and the value that it must have, as COPY text would show it without escapes.
    std::optional<std::pair<std::string, std::string>> where;
    std::stop_token stop;
};

/// Streams the rows of `objects`, at least one, to `sink`; memory is bounded however wide a row is. Several are the parts of
/// one partitioned table.
/// Returns how many rows went out.
/// Errors: InvalidInput for an unknown column in `where`, an object whose rows have no such form, or parts whose columns
/// differ; Corrupt; Cancelled.
Result<std::uint64_t> export_rows(
    const repository::Repository& repository,
    const std::vector<const repository::ManifestObject*>& objects,
    const ExportRequest& request,
    const ByteSink& sink,
    Progress& progress
);

}  // namespace starkeep::engine
