// SPDX-License-Identifier: Apache-2.0
// All services of a machine and the verbs of systemctl upon them.
#pragma once

#include "base/result.hpp"
#include "localcloud/machinery/service_unit.hpp"

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace starkeep::localcloud {

/// What a call of systemctl ends with.
struct ControlReply {
    int status = 0;
    std::string text{};
};

struct UnitFolders {
    /// Searched in order; links of enabled units go below the first.
    std::vector<std::filesystem::path> units;
    std::filesystem::path journal;
};

/// Thread: one.
class UnitControl {
public:
    using Reply = std::function<void(const ControlReply& reply)>;

    explicit UnitControl(UnitFolders folders) : folders_(std::move(folders)) {}

    /// Starts every enabled unit.
    void boot(Moment now);
    /// `words`: systemctl's arguments. The reply may come later, when a start or stop is through.
    void call(const std::vector<std::string>& words, Reply reply, Moment now);
    void reaped(pid_t process, int wait_status, Moment now);
    void tick(Moment now);
    /// When tick() has something to do next.
    std::optional<Moment> deadline() const;
    void stop_all(Moment now);
    bool is_quiet() const;

private:
    struct Waiting {
        std::vector<std::string> units;
        bool is_start = false;
        Reply reply;
    };
    struct Call {
        std::string verb;
        std::vector<std::string> units;
        bool now = false;
        bool is_patient = true;
    };

    static Call parse_call(const std::vector<std::string>& words);
    Result<ServiceUnit*> find(const std::string& unit);
    Result<UnitFile> load(const std::string& unit) const;
    void act(const Call& call, Reply reply, Moment now);
    ControlReply ask(const Call& call);
    ControlReply status_of(const std::string& unit);
    ControlReply reload();
    Result<std::string> enable(const std::string& unit);
    Result<std::string> disable(const std::string& unit);
    bool is_enabled(const std::string& unit) const;
    void answer_waiting();

    UnitFolders folders_;
    std::map<std::string, ServiceUnit> units_;
    std::vector<Waiting> waiting_;
};

}  // namespace starkeep::localcloud
