// SPDX-License-Identifier: Apache-2.0
// What opening a store may do when nothing is there yet.
#pragma once

namespace starkeep::store {

enum class OpenMode {
    MustExist,
    MayCreate,
};

}  // namespace starkeep::store
