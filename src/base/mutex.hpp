// SPDX-License-Identifier: Apache-2.0
// A mutex that clang's thread-safety analysis understands (`-Wthread-safety`); libstdc++'s own is not annotated.
#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define STARKEEP_LOCK_ATTRIBUTE(x) __attribute__((x))
#else
#define STARKEEP_LOCK_ATTRIBUTE(x)
#endif
#define GUARDED_BY(mutex) STARKEEP_LOCK_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES(mutex) STARKEEP_LOCK_ATTRIBUTE(requires_capability(mutex))

namespace starkeep {

class STARKEEP_LOCK_ATTRIBUTE(capability("mutex")) Mutex {
public:
    void lock() STARKEEP_LOCK_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
    void unlock() STARKEEP_LOCK_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

private:
    std::mutex mutex_;
};

class STARKEEP_LOCK_ATTRIBUTE(scoped_lockable) MutexLock {
public:
    explicit MutexLock(Mutex& mutex) STARKEEP_LOCK_ATTRIBUTE(acquire_capability(mutex))
        : mutex_(mutex)
    {
        mutex_.lock();
    }
    ~MutexLock() STARKEEP_LOCK_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

private:
    Mutex& mutex_;
};

}  // namespace starkeep
