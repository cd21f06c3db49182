// SPDX-License-Identifier: Apache-2.0
#include "localcloud/memory_machinery.hpp"

#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <utility>

namespace starkeep::localcloud {

Result<void> MemoryMachinery::add(const std::string& kind, const FactId& id)
{
    const MutexLock lock(mutex_);
    if (const auto failure = failures_.find(kind); failure != failures_.end()) {
        Error error = failure->second;
        failures_.erase(failure);
        return error;
    }
    facts_[kind].insert(id);
    return {};
}

Result<void> MemoryMachinery::drop(const std::string& kind, const FactId& id)
{
    const MutexLock lock(mutex_);
    facts_[kind].erase(id);
    return {};
}

Result<void> MemoryMachinery::put_endpoint(const EndpointFact& endpoint)
{
    TRY(add("endpoint", endpoint.id));
    const MutexLock lock(mutex_);
    endpoints_.insert_or_assign(endpoint.id, endpoint);
    return {};
}

Result<void> MemoryMachinery::put_zone(const ZoneFact& zone)
{
    TRY(add("zone", zone.id));
    const MutexLock lock(mutex_);
    zones_.insert_or_assign(zone.id, zone);
    return {};
}

Result<ShellOutcome> MemoryMachinery::
    run_command(const FactId& /*vm*/, const ShellCommand& command, std::stop_token /*stop*/)
{
    std::function<Result<ShellOutcome>(const ShellCommand&)> answer;
    {
        const MutexLock lock(mutex_);
        answer = scripts_;
    }
    if (!answer) {
        return Error{ErrorCode::Unsupported, "no machine is behind this control plane"};
    }
    return answer(command);
}

bool MemoryMachinery::has(const std::string& kind, const FactId& id) const
{
    const MutexLock lock(mutex_);
    const auto facts = facts_.find(kind);
    return facts != facts_.end() && facts->second.contains(id);
}

ZoneFact MemoryMachinery::zone(const FactId& id) const
{
    const MutexLock lock(mutex_);
    const auto found = zones_.find(id);
    return found == zones_.end() ? ZoneFact{.id = {}, .name = {}} : found->second;
}

EndpointFact MemoryMachinery::endpoint(const FactId& id) const
{
    const MutexLock lock(mutex_);
    const auto found = endpoints_.find(id);
    return found == endpoints_.end() ? EndpointFact{} : found->second;
}

void MemoryMachinery::answer_scripts(std::function<Result<ShellOutcome>(const ShellCommand&)> answer
)
{
    const MutexLock lock(mutex_);
    scripts_ = std::move(answer);
}

void MemoryMachinery::fail_next(const std::string& kind, Error error)
{
    const MutexLock lock(mutex_);
    failures_.insert_or_assign(kind, std::move(error));
}

}  // namespace starkeep::localcloud
