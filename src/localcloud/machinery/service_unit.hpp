// SPDX-License-Identifier: Apache-2.0
// One service of a machine: its processes, from start to end, as its unit file wants them.
#pragma once

#include "base/result.hpp"
#include "localcloud/machinery/unit_file.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace starkeep::localcloud {

/// Words as systemctl prints them: name().
enum class UnitState : std::uint8_t { Inactive, Activating, Active, Deactivating, Failed };
std::string_view name(UnitState state);

/// Time since an arbitrary moment that never jumps.
using Moment = std::chrono::milliseconds;

/// Thread: one. Its owner reaps children and tells it: see reaped() and tick().
class ServiceUnit {
public:
    ServiceUnit(std::string name, UnitFile file, std::filesystem::path journal)
        : name_(std::move(name)), file_(std::move(file)), journal_(std::move(journal))
    {
    }

    const std::string& unit_name() const { return name_; }
    const UnitFile& file() const { return file_; }
    /// Counts from the next start.
    void set_file(UnitFile file) { file_ = std::move(file); }

    /// Does nothing when it runs already.
    void start(Moment now);
    void stop(Moment now);
    void restart(Moment now);

    /// True when the process was its own.
    bool reaped(pid_t process, int wait_status, Moment now);
    /// Does what is due: a restart, or the end of patience.
    void tick(Moment now);
    std::optional<Moment> deadline() const { return deadline_; }

    UnitState state() const { return state_; }
    /// Neither starting nor stopping.
    bool is_settled() const
    {
        return state_ != UnitState::Activating && state_ != UnitState::Deactivating;
    }
    pid_t main_process() const { return process_; }
    /// What went wrong last, or nothing.
    const std::string& complaint() const { return complaint_; }

private:
    void run_next(Moment now);
    Result<pid_t> spawn(const UnitCommand& command) const;
    void ended(bool is_clean, const std::string& how, Moment now);
    void fail(std::string complaint);
    void plan_restart(Moment now);

    std::string name_;
    UnitFile file_;
    std::filesystem::path journal_;
    UnitState state_ = UnitState::Inactive;
    std::vector<UnitCommand> commands_;
    std::size_t next_ = 0;
    pid_t process_ = 0;
    bool starts_again_ = false;  ///< when the stop is done
    std::optional<Moment> deadline_;
    std::vector<Moment> recent_starts_;
    std::string complaint_;
};

}  // namespace starkeep::localcloud
