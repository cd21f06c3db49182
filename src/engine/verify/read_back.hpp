// SPDX-License-Identifier: Apache-2.0
// Reading tables of a live database and telling their counts and digests.
#pragma once

#include "base/result.hpp"
#include "codec/digest.hpp"
#include "engine/progress.hpp"
#include "source/model.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::engine {

struct RowTotals {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    codec::Digest digest;
};

struct ReadBackRequest {
    std::string url;  ///< names the database
    /// Objects by the names that they bear there; their columns say what is read, in which order.
    std::vector<source::Object> objects;
    unsigned jobs = 2;
    std::stop_token stop;
};

/// Totals of each object, in the order of the request, all from one view of the database.
/// Errors: NotFound when one is not there; those of the server; Cancelled.
Result<std::vector<RowTotals>> read_back(const ReadBackRequest& request, Progress& progress);

}  // namespace starkeep::engine
