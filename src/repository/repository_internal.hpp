// SPDX-License-Identifier: Apache-2.0
// What an open repository is made of, for the files of this room.
#pragma once

#include "base/id.hpp"
#include "base/mutex.hpp"
#include "repository/keyring.hpp"
#include "repository/log.hpp"
#include "repository/repository.hpp"
#include "store/store.hpp"

namespace starkeep::repository {

struct Repository::Parts {
    store::Store& store;
    const Keyring keyring;
    const KeySlotId slot;  ///< the one that the password opened
    Mutex log_mutex{};
    LogState log GUARDED_BY(log_mutex){};
};

}  // namespace starkeep::repository
