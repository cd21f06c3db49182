// SPDX-License-Identifier: Apache-2.0
#include "store/faulty_store.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::store {

namespace {

/// The error that a call answers with before anything happens, if it does.
std::optional<Error> refusal(std::optional<Fault> fault)
{
    if (fault == Fault::Unavailable) {
        return Error{ErrorCode::Unavailable, "the store fails, as the test wants it"};
    }
    if (fault == Fault::NoSpace) {
        return Error{ErrorCode::NoSpace, "the store is full, as the test wants it"};
    }
    return std::nullopt;
}

Error lost_answer()
{
    return {ErrorCode::Unavailable, "the store's answer is lost, as the test wants it"};
}

}  // namespace

void FaultyStore::add(Plan plan)
{
    const MutexLock lock(mutex_);
    plan.first += calls_[plan.act];
    plans_.push_back(plan);
}

void FaultyStore::fail_nth(Act act, std::uint64_t nth, Fault fault)
{
    add({.act = act, .fault = fault, .first = nth, .once = true});
}

void FaultyStore::fail_from(Act act, std::uint64_t nth, Fault fault)
{
    add({.act = act, .fault = fault, .first = nth});
}

void FaultyStore::fail_at_random(Act act, unsigned one_in, Fault fault)
{
    add({.act = act, .fault = fault, .first = 1, .one_in = std::max(one_in, 1U)});
}

void FaultyStore::heal()
{
    const MutexLock lock(mutex_);
    plans_.clear();
}

void FaultyStore::before_each(std::function<void(Act, std::string_view)> hook)
{
    const MutexLock lock(mutex_);
    hook_ = std::move(hook);
}

std::uint64_t FaultyStore::calls(Act act) const
{
    const MutexLock lock(mutex_);
    const auto found = calls_.find(act);
    return found == calls_.end() ? 0 : found->second;
}

std::optional<Fault> FaultyStore::enter(Act act, std::string_view name)
{
    std::function<void(Act, std::string_view)> hook;
    std::optional<Fault> fault;
    {
        const MutexLock lock(mutex_);
        hook = hook_;
        const std::uint64_t number = ++calls_[act];
        for (const Plan& plan : plans_) {
            const bool due = plan.once ? number == plan.first : number >= plan.first;
            if (plan.act == act && due && random_() % plan.one_in == 0) {
                fault = plan.fault;
                break;
            }
        }
    }
    if (hook) {
        hook(act, name);
    }
    return fault;
}

Result<void>
FaultyStore::change(std::optional<Fault> fault, const std::function<Result<void>()>& act)
{
    if (std::optional<Error> error = refusal(fault)) {
        return std::move(*error);
    }
    TRY(act());
    if (fault == Fault::LostAnswer) {
        return lost_answer();
    }
    return {};
}

Result<Bytes> FaultyStore::damage(std::optional<Fault> fault, Result<Bytes> content)
{
    if (!content.ok() || content->empty()) {
        return content;
    }
    if (fault == Fault::LostAnswer) {
        return lost_answer();
    }
    if (fault == Fault::Truncated) {
        content->pop_back();
    }
    if (fault == Fault::BitFlip) {
        const MutexLock lock(mutex_);
        const std::uint64_t bit = random_() % (content->size() * 8);
        content.value()[static_cast<std::size_t>(bit / 8)] ^= std::byte{1} << (bit % 8);
    }
    return content;
}

Result<void> FaultyStore::put(std::string_view name, ByteView content)
{
    return change(enter(Act::Put, name), [&] { return inner_.put(name, content); });
}

Result<Bytes> FaultyStore::get(std::string_view name)
{
    const std::optional<Fault> fault = enter(Act::Get, name);
    if (std::optional<Error> error = refusal(fault)) {
        return std::move(*error);
    }
    return damage(fault, inner_.get(name));
}

Result<Bytes>
FaultyStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length)
{
    const std::optional<Fault> fault = enter(Act::GetRange, name);
    if (std::optional<Error> error = refusal(fault)) {
        return std::move(*error);
    }
    return damage(fault, inner_.get_range(name, offset, length));
}

Result<std::vector<ObjectInfo>> FaultyStore::list(std::string_view prefix)
{
    const std::optional<Fault> fault = enter(Act::List, prefix);
    if (std::optional<Error> error = refusal(fault)) {
        return std::move(*error);
    }
    if (fault == Fault::LostAnswer) {
        return lost_answer();
    }
    return inner_.list(prefix);
}

Result<void> FaultyStore::remove(std::string_view name)
{
    return change(enter(Act::Remove, name), [&] { return inner_.remove(name); });
}

}  // namespace starkeep::store
