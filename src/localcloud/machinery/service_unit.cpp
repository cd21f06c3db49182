// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/service_unit.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "localcloud/machinery/unit_file.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

// Source: systemd-system.conf(5), DefaultStartLimitBurst= and DefaultStartLimitIntervalSec=.
constexpr std::size_t kStartBurst = 5;
constexpr Moment kStartInterval{10'000};
constexpr std::uint64_t kMaxEnvironmentFile = std::uint64_t{1} << 20U;

using Environment = std::map<std::string, std::string, std::less<>>;

/// Source: systemd.exec(5), environment variables in spawned processes.
Environment usual_environment()
{
    return {
        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"LANG", "C.UTF-8"},
        {"HOME", "/root"},
    };
}

Result<Environment> environment_of(const UnitFile& file)
{
    Environment out = usual_environment();
    for (const auto& [name, value] : file.environment) {
        out.insert_or_assign(name, value);
    }
    for (const EnvironmentFile& more : file.environment_files) {
        const Result<Bytes> content = sys::read_file(more.path, kMaxEnvironmentFile);
        if (!content.ok()) {
            if (more.may_be_missing && content.error().code() == ErrorCode::NotFound) {
                continue;
            }
            return content.error();
        }
        for (auto& [name, value] : parse_environment_file(as_text(*content))) {
            out.insert_or_assign(std::move(name), std::move(value));
        }
    }
    return out;
}

std::string value_of(const Environment& environment, std::string_view name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

/// "${NAME}" anywhere, "$NAME" as a whole word. Source: systemd.service(5), command lines.
std::string expanded(const std::string& word, const Environment& environment)
{
    if (word.size() > 1 && word.front() == '$' && word[1] != '{' && word[1] != '$') {
        return value_of(environment, std::string_view(word).substr(1));
    }
    std::string out;
    std::string_view rest = word;
    for (std::size_t at = rest.find("${"); at != std::string_view::npos; at = rest.find("${")) {
        const std::size_t end = rest.find('}', at);
        if (end == std::string_view::npos) {
            break;
        }
        out += rest.substr(0, at);
        out += value_of(environment, rest.substr(at + 2, end - at - 2));
        rest.remove_prefix(end + 1);
    }
    return out + std::string(rest);
}

std::vector<char*> pointers_to(std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// What posix_spawn wants to know besides the words: a session of its own, default signals, its journal.
class SpawnPlan {
public:
    SpawnPlan(const std::string& journal, const std::string& directory)
    {
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawn_file_actions_init(&actions_);
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setflags(
            &attributes_,
            static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID)
        );
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(
            &actions_, STDOUT_FILENO, journal.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600
        );
        ::posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
        if (!directory.empty()) {
            ::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
        }
    }
    ~SpawnPlan()
    {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    const posix_spawnattr_t* attributes() const { return &attributes_; }
    const posix_spawn_file_actions_t* actions() const { return &actions_; }

private:
    posix_spawnattr_t attributes_{};
    posix_spawn_file_actions_t actions_{};
};

/// Source: systemd.service(5), SuccessExitStatus=.
bool is_clean_end(int wait_status)
{
    if (WIFSIGNALED(wait_status)) {
        const int signal = WTERMSIG(wait_status);
        return signal == SIGHUP || signal == SIGINT || signal == SIGTERM || signal == SIGPIPE;
    }
    return WEXITSTATUS(wait_status) == 0;
}

std::string told(int wait_status)
{
    return WIFSIGNALED(wait_status) ? "signal " + std::to_string(WTERMSIG(wait_status))
                                    : "status " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace

std::string_view name(UnitState state)
{
    switch (state) {
    case UnitState::Inactive:
        return "inactive";
    case UnitState::Activating:
        return "activating";
    case UnitState::Active:
        return "active";
    case UnitState::Deactivating:
        return "deactivating";
    case UnitState::Failed:
        return "failed";
    }
    return "";
}

Result<pid_t> ServiceUnit::spawn(const UnitCommand& command) const
{
    TRY_LET(const Environment environment, environment_of(file_));
    std::vector<std::string> words;
    if (!file_.user.empty() && file_.user != "root") {
        words = {
            "/usr/bin/setpriv", "--reuid=" + file_.user, "--regid=" + file_.user, "--init-groups"
        };
    }
    for (const std::string& word : command.words) {
        words.push_back(expanded(word, environment));
    }
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) {
        variables.push_back(name + "=" + value);
    }
    const SpawnPlan plan(journal_.string(), file_.working_directory);
    pid_t process = 0;
    const int fault = ::posix_spawnp(
        &process,
        words.front().c_str(),
        plan.actions(),
        plan.attributes(),
        pointers_to(words).data(),
        pointers_to(variables).data()
    );
    if (fault != 0) {
        return sys::errno_error(fault, "starting " + words.front());
    }
    return process;
}

void ServiceUnit::start(Moment now)
{
    if (state_ == UnitState::Active || (state_ == UnitState::Activating && process_ != 0)) {
        return;
    }
    if (state_ == UnitState::Deactivating) {
        starts_again_ = true;
        return;
    }
    commands_ = file_.start_pre;
    commands_.insert(commands_.end(), file_.start.begin(), file_.start.end());
    next_ = 0;
    deadline_.reset();
    complaint_.clear();
    state_ = UnitState::Activating;
    std::erase_if(recent_starts_, [&](Moment then) { return now - then > kStartInterval; });
    if (recent_starts_.size() >= kStartBurst) {
        fail("started too often");
        return;
    }
    recent_starts_.push_back(now);
    run_next(now);
}

/// The next command of the start, or what comes after the last one.
void ServiceUnit::run_next(Moment now)
{
    process_ = 0;
    if (next_ == commands_.size()) {
        state_ = file_.remains_after_exit ? UnitState::Active : UnitState::Inactive;
        return;
    }
    const UnitCommand& command = commands_[next_++];
    Result<pid_t> started = spawn(command);
    if (!started.ok()) {
        if (command.may_fail) {
            run_next(now);
        } else {
            fail(started.error().message());
            plan_restart(now);
        }
        return;
    }
    process_ = *started;
    const bool is_main = next_ == commands_.size() && file_.type == UnitType::Simple;
    state_ = is_main ? UnitState::Active : UnitState::Activating;
}

void ServiceUnit::stop(Moment now)
{
    starts_again_ = false;
    if (process_ != 0) {
        state_ = UnitState::Deactivating;
        deadline_ = now + file_.stop_patience;
        static_cast<void>(::kill(-process_, SIGTERM));
    } else {
        state_ = UnitState::Inactive;
        deadline_.reset();
    }
}

void ServiceUnit::restart(Moment now)
{
    stop(now);
    recent_starts_.clear();
    start(now);
}

bool ServiceUnit::reaped(pid_t process, int wait_status, Moment now)
{
    if (process == 0 || process != process_) {
        return false;
    }
    // What it left behind in its session goes with it.
    static_cast<void>(::kill(-process, SIGKILL));
    process_ = 0;
    const bool is_clean = is_clean_end(wait_status);
    if (state_ == UnitState::Activating && next_ <= commands_.size() &&
        (is_clean || commands_[next_ - 1].may_fail)) {
        run_next(now);
    } else {
        ended(is_clean || (next_ > 0 && commands_[next_ - 1].may_fail), told(wait_status), now);
    }
    return true;
}

void ServiceUnit::ended(bool is_clean, const std::string& how, Moment now)
{
    deadline_.reset();
    if (state_ == UnitState::Deactivating) {
        state_ = UnitState::Inactive;
        if (std::exchange(starts_again_, false)) {
            start(now);
        }
        return;
    }
    if (is_clean) {
        state_ = file_.remains_after_exit ? UnitState::Active : UnitState::Inactive;
    } else {
        fail("ended with " + how);
    }
    plan_restart(now);
}

void ServiceUnit::fail(std::string complaint)
{
    process_ = 0;
    state_ = UnitState::Failed;
    complaint_ = std::move(complaint);
}

void ServiceUnit::plan_restart(Moment now)
{
    const bool failed = state_ == UnitState::Failed;
    const bool wanted = file_.restart == UnitRestart::Always ||
                        (file_.restart == UnitRestart::OnFailure && failed) ||
                        (file_.restart == UnitRestart::OnSuccess && !failed);
    if (wanted) {
        state_ = UnitState::Activating;
        deadline_ = now + file_.restart_pause;
    }
}

void ServiceUnit::tick(Moment now)
{
    if (!deadline_ || now < *deadline_) {
        return;
    }
    deadline_.reset();
    if (state_ == UnitState::Deactivating) {
        static_cast<void>(::kill(-process_, SIGKILL));
    } else if (state_ == UnitState::Activating && process_ == 0) {
        start(now);
    }
}

}  // namespace starkeep::localcloud
