// SPDX-License-Identifier: Apache-2.0
// The statements that tell leaves and rows of an object.
//
// Why a leaf's fingerprint tells every change: it sums, over the rows that the view sees in eight blocks, a hash of
// place (ctid) and maker (xmin). An update makes a new place or maker, a delete removes a row from the sum, an
// insert adds one; vacuum and freezing keep both (since 9.4). What changes a row's text or place without that is
// ruled out by the object's guard (catalog.hpp) and by comparable views (server_facts.hpp).
//
// Numbers of transactions come around after 2^32, and a frozen row keeps its number for ever: in time another row with
// the same number may take its place. The maker is therefore the newest transaction before the view that had this
// number, in 64 bits. It changes once when the number comes around, and the leaf is read again. That leaves
// transactions which run during the view: a row whose number one of them might carry has no fingerprint.
#pragma once

#include "base/result.hpp"
#include "source/model.hpp"
#include "source/postgres/block_range.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// Where a view stands in the count of transactions, in 64 bits.
struct TransactionView {
    std::uint64_t oldest_running = 0;
    std::uint64_t next = 0;
};

/// Rows: first block of the leaf, count, two sums of 64-bit hashes as decimal text, newest maker (0 when no number has
/// come around yet); in block order. Leaves without rows are missing. `end` of the range must lie near the end of the
/// relation, since every leaf in it costs a step.
std::string plan_query(const Object& object, const BlockRange& range, const TransactionView& view);

/// Rows of the ranges, range after range, in block order.
std::string copy_query(const Object& object, std::span<const BlockRange> ranges);

/// All rows; `condition` is "WHERE …" or empty.
std::string copy_whole_query(const Object& object, const std::string& condition);

/// Pages of all large objects, in order: oid, number of the page of 2048 bytes, bytes. Pages of zeros alone are
/// left out, except the last one of each object, which tells its length. An empty object has one empty page.
std::string copy_large_objects_query();

}  // namespace starkeep::source::postgres
