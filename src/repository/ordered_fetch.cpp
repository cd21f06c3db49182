// SPDX-License-Identifier: Apache-2.0
#include "repository/ordered_fetch.hpp"

#include "base/bytes.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

/// So few are not worth a thread.
constexpr std::size_t kFewObjects = 2;

class OrderedFetch {
public:
    OrderedFetch(store::Store& store, const std::vector<std::string>& names)
        : store_(store), names_(names)
    {
        const std::size_t wanted =
            names.size() <= kFewObjects ? 0 : std::min(kFetches, names.size());
        threads_.reserve(wanted);
        try {
            while (threads_.size() < wanted) {
                threads_.emplace_back([this] { work(); });
            }
        } catch (const std::system_error&) {
            // The machine has no more threads to give: with fewer, or none, it takes longer.
            return;
        }
    }

    ~OrderedFetch()
    {
        {
            const MutexLock lock(mutex_);
            stopped_ = true;
        }
        room_.notify_all();
        threads_.clear();
    }
    OrderedFetch(const OrderedFetch&) = delete;
    OrderedFetch& operator=(const OrderedFetch&) = delete;

    /// The next object in turn.
    Result<Bytes> take()
    {
        if (threads_.empty()) {
            return store_.get(names_[taken_++]);
        }
        auto object = [this] {
            const MutexLock lock(mutex_);
            while (!fetched_.contains(taken_)) {
                arrived_.wait(mutex_);
            }
            return std::move(fetched_.extract(taken_++).mapped());
        }();
        room_.notify_one();
        return object;
    }

private:
    void work()
    {
        for (;;) {
            std::size_t place = 0;
            {
                const MutexLock lock(mutex_);
                while (!stopped_ && next_ < names_.size() && next_ >= taken_ + kFetchedAhead) {
                    room_.wait(mutex_);
                }
                if (stopped_ || next_ >= names_.size()) {
                    return;
                }
                place = next_++;
            }
            Result<Bytes> object = store_.get(names_[place]);
            bool is_awaited = false;
            {
                const MutexLock lock(mutex_);
                fetched_.emplace(place, std::move(object));
                is_awaited = place == taken_;
            }
            if (is_awaited) {
                arrived_.notify_one();
            }
        }
    }

    store::Store& store_;
    const std::vector<std::string>& names_;
    Mutex mutex_;
    std::condition_variable_any arrived_;
    std::condition_variable_any room_;
    std::size_t next_ GUARDED_BY(mutex_) = 0;
    std::size_t taken_ = 0;
    bool stopped_ GUARDED_BY(mutex_) = false;
    std::map<std::size_t, Result<Bytes>> fetched_ GUARDED_BY(mutex_);
    std::vector<std::jthread> threads_;
};

}  // namespace

Result<void> fetch_in_order(
    store::Store& store, const std::vector<std::string>& names, const OnObject& on_object
)
{
    OrderedFetch fetch(store, names);
    for (std::size_t place = 0; place < names.size(); ++place) {
        TRY(on_object(place, fetch.take()));
    }
    return {};
}

}  // namespace starkeep::repository
