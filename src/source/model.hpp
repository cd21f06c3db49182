// SPDX-License-Identifier: Apache-2.0
// What a database is to the engine: objects that hold rows, cut into units and leaves along one key.
#pragma once

#include "base/bytes.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::source {

struct Column {
    std::string name;
    std::string type;  ///< as format_type() writes it

    bool operator==(const Column&) const = default;
};

/// A stretch [lower, upper) of an object in its own key order; without an upper bound it runs to the end of the domain.
/// PostgreSQL TID keys are 4 bytes, the block number big-endian; the empty key is the lowest. An object that cannot be
/// cut has the one range from the empty key to the end.
struct KeyRange {
    Bytes lower;
    Bytes upper;
    bool open = true;  ///< no upper bound; `upper` is then empty

    bool operator==(const KeyRange&) const = default;
};

/// A table, partition or pseudo-table that holds rows of its own.
struct Object {
    std::string name;  ///< "schema.table", each part quoted where SQL would; unique in its database
    std::string kind;  ///< "table", "large_objects"
    std::string
        row_form;  ///< "copy-text": one row of COPY … TO STDOUT under fixed settings, with its newline
    std::vector<Column> columns;        ///< those that are stored, in order
    std::uint64_t estimated_bytes = 0;  ///< including TOAST
    /// Units partition the whole key domain: the first starts at the empty key, each starts where the last ended, the
    /// last is open.
    std::vector<KeyRange> units;
    bool has_leaf_plan =
        false;  ///< plan() tells leaves and fingerprints; otherwise rows are cut as they come
    /// Rows of a leaf may be reused only while this is equal in both points. Empty: never reuse.
    Json guard;
    Json
        facts;  ///< what the restore needs besides (relation kind, partition parent, …); opaque to the engine
};

/// What the source promises of one leaf before its rows are read.
struct LeafPlan {
    Bytes key;  ///< lower bound; the leaf ends where the next begins
    std::uint64_t rows = 0;
    Bytes fingerprint;  ///< equal (with an equal guard) means: exactly the same rows
};

}  // namespace starkeep::source
