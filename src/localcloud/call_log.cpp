// SPDX-License-Identifier: Apache-2.0
#include "localcloud/call_log.hpp"

#include "base/mutex.hpp"
#include "json/json.hpp"
#include "localcloud/private_file.hpp"
#include "sys/clock.hpp"

#include <utility>

namespace starkeep::localcloud {

void CallLog::add(Json entry)
{
    const MutexLock lock(mutex_);
    Json line{{"n", ++count_}, {"time", sys::format_rfc3339(clock_->now())}};
    line.update(entry);
    static_cast<void>(append_to_file(file_, json::format(line) + "\n"));
}

}  // namespace starkeep::localcloud
