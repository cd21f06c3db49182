// SPDX-License-Identifier: Apache-2.0
// Many small objects of a store, several on their way at once: a cloud's answer takes long, however small it is.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace starkeep::repository {

/// Gets under way at once; a store of 30 ms an answer then gives some 500 objects a second.
inline constexpr std::size_t kFetches = 16;
/// Objects that are held in memory before their turn, at most.
inline constexpr std::size_t kFetchedAhead = 2 * kFetches;

/// What store.get() answered for the object at a place in the list.
using OnObject = std::function<Result<void>(std::size_t place, Result<Bytes> object)>;

/// Gets the objects and hands each over in the order of the list, in the caller's thread, a failed one too.
/// Errors: those of `on_object`, after which no more is asked for.
Result<void> fetch_in_order(
    store::Store& store, const std::vector<std::string>& names, const OnObject& on_object
);

}  // namespace starkeep::repository
