// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/unit_control.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "localcloud/machinery/service_unit.hpp"
#include "localcloud/machinery/unit_file.hpp"
#include "sys/file.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

// Source: systemctl(1), exit status.
constexpr int kNotRunning = 3;
constexpr int kNoSuchUnit = 4;
constexpr int kNotLoaded = 5;
constexpr std::uint64_t kMaxUnitFile = std::uint64_t{1} << 20U;
constexpr std::size_t kJournalTail = 2000;
constexpr std::string_view kWanted = "multi-user.target.wants";

std::string full_name(std::string_view unit)
{
    return unit.find('.') == std::string_view::npos ? std::string(unit) + ".service"
                                                    : std::string(unit);
}

bool is_unit_name(std::string_view unit)
{
    return unit.ends_with(".service") && unit.find('/') == std::string_view::npos &&
           !unit.starts_with('.');
}

}  // namespace

Result<UnitFile> UnitControl::load(const std::string& unit) const
{
    if (is_unit_name(unit)) {
        for (const std::filesystem::path& folder : folders_.units) {
            const Result<Bytes> content = sys::read_file(folder / unit, kMaxUnitFile);
            if (content.ok()) {
                return parse_unit_file(as_text(*content), unit);
            }
        }
    }
    return Error{ErrorCode::NotFound, "Unit " + unit + " could not be found."};
}

Result<ServiceUnit*> UnitControl::find(const std::string& unit)
{
    auto found = units_.find(unit);
    if (found == units_.end()) {
        TRY_LET(UnitFile file, load(unit));
        const std::filesystem::path journal = folders_.journal / (unit + ".log");
        found = units_.try_emplace(unit, unit, std::move(file), journal).first;
    }
    return &found->second;
}

void UnitControl::boot(Moment now)
{
    std::set<std::string> enabled;
    std::error_code ignored;
    for (const std::filesystem::path& folder : folders_.units) {
        for (const auto& entry : std::filesystem::directory_iterator(folder / kWanted, ignored)) {
            enabled.insert(entry.path().filename().string());
        }
    }
    for (const std::string& unit : enabled) {
        if (const Result<ServiceUnit*> found = find(unit); found.ok()) {
            (*found)->start(now);
        }
    }
}

UnitControl::Call UnitControl::parse_call(const std::vector<std::string>& words)
{
    Call call;
    for (const std::string& word : words) {
        if (word == "--now") {
            call.now = true;
        } else if (word == "--no-block") {
            call.is_patient = false;
        } else if (word.starts_with('-')) {
            // What is printed is little in any case.
        } else if (call.verb.empty()) {
            call.verb = word;
        } else {
            call.units.push_back(full_name(word));
        }
    }
    return call;
}

void UnitControl::call(const std::vector<std::string>& words, Reply reply, Moment now)
{
    const Call call = parse_call(words);
    static const std::set<std::string> kActs{"start", "stop", "restart", "enable", "disable"};
    if (!kActs.contains(call.verb)) {
        reply(ask(call));
    } else if (call.units.empty()) {
        reply({.status = 1, .text = "Too few arguments.\n"});
    } else {
        act(call, std::move(reply), now);
    }
}

void UnitControl::act(const Call& call, Reply reply, Moment now)
{
    std::string said;
    const bool starts =
        call.verb == "start" || call.verb == "restart" || (call.verb == "enable" && call.now);
    const bool stops = call.verb == "stop" || (call.verb == "disable" && call.now);
    for (const std::string& unit : call.units) {
        const Result<ServiceUnit*> found = find(unit);
        if (!found.ok()) {
            const bool is_missing = found.error().code() == ErrorCode::NotFound;
            reply({.status = is_missing ? kNotLoaded : 1, .text = found.error().message() + "\n"});
            return;
        }
        Result<std::string> linked = call.verb == "enable"    ? enable(unit)
                                     : call.verb == "disable" ? disable(unit)
                                                              : Result<std::string>("");
        if (!linked.ok()) {
            reply({.status = 1, .text = linked.error().message() + "\n"});
            return;
        }
        said += *linked;
        if (call.verb == "restart") {
            (*found)->restart(now);
        } else if (starts) {
            (*found)->start(now);
        } else if (stops) {
            (*found)->stop(now);
        }
    }
    if (!call.is_patient || (!starts && !stops)) {
        reply({.text = said});
        return;
    }
    waiting_.push_back({
        .units = call.units,
        .is_start = starts,
        .reply = [said, reply = std::move(reply)](const ControlReply& last
                 ) { reply({.status = last.status, .text = said + last.text}); },
    });
    answer_waiting();
}

void UnitControl::answer_waiting()
{
    std::erase_if(waiting_, [&](const Waiting& waiting) {
        ControlReply reply;
        for (const std::string& name : waiting.units) {
            const ServiceUnit& unit = units_.at(name);
            // A unit that waits for its next try has failed for whom waits for its start.
            const bool is_between =
                unit.state() == UnitState::Activating && unit.main_process() == 0;
            if (!unit.is_settled() && !is_between) {
                return false;
            }
            if (waiting.is_start && (unit.state() == UnitState::Failed || is_between)) {
                reply.status = 1;
                reply.text += "Job for " + name + " failed: " + unit.complaint() + "\n";
            }
        }
        waiting.reply(reply);
        return true;
    });
}

ControlReply UnitControl::ask(const Call& call)
{
    if (call.verb == "daemon-reload") {
        return reload();
    }
    if (call.verb == "is-system-running") {
        return {.text = "running\n"};
    }
    if (call.units.size() != 1) {
        return {.status = 1, .text = "Unknown operation " + call.verb + ".\n"};
    }
    const std::string& unit = call.units.front();
    if (call.verb == "status") {
        return status_of(unit);
    }
    const Result<ServiceUnit*> found = find(unit);
    const UnitState state = found.ok() ? (*found)->state() : UnitState::Inactive;
    if (call.verb == "is-active") {
        return {
            .status = state == UnitState::Active ? 0 : kNotRunning,
            .text = std::string(name(state)) + "\n"
        };
    }
    if (call.verb == "is-failed") {
        return {
            .status = state == UnitState::Failed ? 0 : 1, .text = std::string(name(state)) + "\n"
        };
    }
    if (call.verb == "is-enabled") {
        const bool enabled = is_enabled(unit);
        return {.status = enabled ? 0 : 1, .text = enabled ? "enabled\n" : "disabled\n"};
    }
    return {.status = 1, .text = "Unknown operation " + call.verb + ".\n"};
}

ControlReply UnitControl::status_of(const std::string& unit)
{
    const Result<ServiceUnit*> found = find(unit);
    if (!found.ok()) {
        return {.status = kNoSuchUnit, .text = found.error().message() + "\n"};
    }
    const ServiceUnit& own = **found;
    std::string text = unit + " - " + own.file().description + "\n     Loaded: loaded (" + unit +
                       "; " + (is_enabled(unit) ? "enabled" : "disabled") +
                       ")\n     Active: " + std::string(name(own.state())) + "\n";
    if (own.main_process() != 0) {
        text += "   Main PID: " + std::to_string(own.main_process()) + "\n";
    }
    if (!own.complaint().empty()) {
        text += "     Result: " + own.complaint() + "\n";
    }
    const std::filesystem::path journal = folders_.journal / (unit + ".log");
    const Result<std::uint64_t> size = sys::file_size(journal);
    if (size.ok() && *size > 0) {
        const std::uint64_t tail = std::min<std::uint64_t>(*size, kJournalTail);
        const Result<Bytes> last = sys::read_range(journal, *size - tail, tail);
        text += "\n" + (last.ok() ? std::string(as_text(*last)) : std::string());
    }
    return {.status = own.state() == UnitState::Active ? 0 : kNotRunning, .text = text};
}

ControlReply UnitControl::reload()
{
    ControlReply reply;
    for (auto& [unit_name, unit] : units_) {
        if (Result<UnitFile> file = load(unit_name); file.ok()) {
            unit.set_file(std::move(file).value());
        } else if (file.error().code() != ErrorCode::NotFound) {
            reply.text += file.error().account() + "\n";
        }
    }
    return reply;
}

Result<std::string> UnitControl::enable(const std::string& unit)
{
    const std::filesystem::path folder = folders_.units.front() / kWanted;
    TRY(sys::make_directories(folder));
    std::error_code fault;
    std::filesystem::create_symlink(folders_.units.front() / unit, folder / unit, fault);
    if (fault == std::errc::file_exists) {
        return std::string();
    }
    if (fault) {
        return Error{ErrorCode::Unavailable, "Failed to enable unit: " + fault.message()};
    }
    return "Created symlink " + (folder / unit).string() + " -> " +
           (folders_.units.front() / unit).string() + ".\n";
}

Result<std::string> UnitControl::disable(const std::string& unit)
{
    const std::filesystem::path link = folders_.units.front() / kWanted / unit;
    if (!is_enabled(unit)) {
        return std::string();
    }
    TRY(sys::remove_file(link));
    return "Removed " + link.string() + ".\n";
}

bool UnitControl::is_enabled(const std::string& unit) const
{
    const Result<bool> there = sys::exists(folders_.units.front() / kWanted / unit);
    return there.ok() && *there;
}

void UnitControl::reaped(pid_t process, int wait_status, Moment now)
{
    for (auto& [unit_name, unit] : units_) {
        if (unit.reaped(process, wait_status, now)) {
            break;
        }
    }
    answer_waiting();
}

void UnitControl::tick(Moment now)
{
    for (auto& [unit_name, unit] : units_) {
        unit.tick(now);
    }
    answer_waiting();
}

std::optional<Moment> UnitControl::deadline() const
{
    std::optional<Moment> next;
    for (const auto& [unit_name, unit] : units_) {
        if (unit.deadline() && (!next || *unit.deadline() < *next)) {
            next = unit.deadline();
        }
    }
    return next;
}

void UnitControl::stop_all(Moment now)
{
    for (auto& [unit_name, unit] : units_) {
        unit.stop(now);
    }
}

bool UnitControl::is_quiet() const
{
    return std::ranges::all_of(units_, [](const auto& entry) {
        return entry.second.main_process() == 0;
    });
}

}  // namespace starkeep::localcloud
