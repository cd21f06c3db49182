// SPDX-License-Identifier: Apache-2.0
// A store that fails on request, for tests: what a disk or a cloud does on its worst day.
#pragma once

#include "base/bytes.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::store {

enum class Fault {
    Unavailable,  ///< nothing happens and Unavailable is said
    NoSpace,      ///< nothing happens and NoSpace is said
    LostAnswer,   ///< it happens, yet Unavailable is said
    Truncated,    ///< a read gives one byte less; elsewhere nothing is wrong
    BitFlip,      ///< a read gives one bit changed; elsewhere nothing is wrong
};

enum class Act { Put, Get, GetRange, List, Remove };

/// Thread: any, as every store; which call is the nth is then for the scheduler to say.
class FaultyStore final : public Store {
public:
    /// `seed` decides what `fail_at_random` hits and which bit flips.
    explicit FaultyStore(Store& inner, std::uint64_t seed = 1) : inner_(inner), random_(seed) {}

    /// The `nth` call of this kind from now on, from 1, meets `fault`, once.
    void fail_nth(Act act, std::uint64_t nth, Fault fault);
    /// Every call of this kind from the `nth` on meets `fault`, until `heal`.
    void fail_from(Act act, std::uint64_t nth, Fault fault);
    /// Each call of this kind meets `fault` with the probability `one_in` to 1, until `heal`.
    void fail_at_random(Act act, unsigned one_in, Fault fault);
    /// Forgets all faults that were asked for.
    void heal();
    /// Runs before each call, with the name or prefix: to wait, to count, to change the store beneath.
    void before_each(std::function<void(Act, std::string_view)> hook);
    /// Calls of this kind so far, failed ones among them.
    std::uint64_t calls(Act act) const;

    Result<void> put(std::string_view name, ByteView content) override;
    Result<Bytes> get(std::string_view name) override;
    Result<Bytes>
    get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
    Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;
    Result<void> remove(std::string_view name) override;
    std::string url() const override { return inner_.url(); }

private:
    struct Plan {
        Act act = Act::Put;
        Fault fault = Fault::Unavailable;
        std::uint64_t first = 0;  ///< number of the first call that it hits
        bool once = false;
        unsigned one_in = 1;
    };

    void add(Plan plan);
    std::optional<Fault> enter(Act act, std::string_view name);
    Result<void> change(std::optional<Fault> fault, const std::function<Result<void>()>& act);
    Result<Bytes> damage(std::optional<Fault> fault, Result<Bytes> content);

    Store& inner_;
    mutable Mutex mutex_;
    std::mt19937_64 random_ GUARDED_BY(mutex_);
    std::vector<Plan> plans_ GUARDED_BY(mutex_);
    std::map<Act, std::uint64_t> calls_ GUARDED_BY(mutex_);
    std::function<void(Act, std::string_view)> hook_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::store
