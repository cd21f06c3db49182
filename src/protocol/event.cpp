// SPDX-License-Identifier: Apache-2.0
#include "protocol/event.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "protocol/members_internal.hpp"
#include "protocol/refused.hpp"
#include "protocol/task.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace starkeep::protocol {

namespace {

constexpr std::uint64_t kAnyNumber = std::numeric_limits<std::uint64_t>::max();
constexpr unsigned kMostProcessors = 65'536;
constexpr int kMostExitStatus = 255;

constexpr std::array<Word<LogLevel>, 3> kLevels = {{
    {"info", LogLevel::Info},
    {"warning", LogLevel::Warning},
    {"error", LogLevel::Error},
}};

constexpr std::array kErrorCodes = {
#define ERROR_CODE(name, exit_status, meaning) Word<ErrorCode>{#name, ErrorCode::name},
#include "base/error_codes.def"
#undef ERROR_CODE
};

Json to_json(const std::optional<TaskId>& task)
{
    return task ? Json(task->hex()) : Json();
}

Json to_json(const Refused& refused)
{
    return {
        {"malformed", refused.malformed},
        {"unknown_version", refused.unknown_version},
        {"foreign", refused.foreign},
        {"forged", refused.forged},
        {"repeated", refused.repeated},
        {"late", refused.late},
        {"parked", refused.parked}
    };
}

void add(Json& document, const Hello& hello)
{
    document["version"] = hello.version;
    document["host"] = hello.host;
    document["processors"] = hello.processors;
}

void add(Json& document, const Accepted& accepted)
{
    document["task"] = accepted.task.hex();
}

void add(Json& document, const TaskProgress& progress)
{
    document["task"] = progress.task.hex();
    document["phase"] = progress.phase;
    document["bytes_done"] = progress.bytes_done;
    document["bytes_total"] = progress.bytes_total;
    document["rows"] = progress.rows;
}

void add(Json& document, const Log& log)
{
    document["task"] = to_json(log.task);
    document["level"] = word_for(log.level, kLevels);
    document["text"] = log.text;
}

void add(Json& document, const Heartbeat& heartbeat)
{
    document["task"] = to_json(heartbeat.task);
    document["peak_rss_bytes"] = heartbeat.peak_rss_bytes;
    document["refused"] = to_json(heartbeat.refused);
}

void add(Json& document, const Finished& finished)
{
    document["task"] = finished.task.hex();
    document["exit_status"] = finished.exit_status;
    document["result"] = finished.result;
}

void add(Json& document, const Failed& failed)
{
    document["task"] = failed.task.hex();
    document["code"] = word_for(failed.code, kErrorCodes);
    document["message"] = failed.message;
    document["hint"] = failed.hint;
}

Result<Event> decode_hello(const Json& document)
{
    Hello hello;
    TRY_LET(hello.version, json::get_string(document, "version"));
    TRY_LET(hello.host, json::get_string(document, "host"));
    TRY_LET(const std::uint64_t processors, get_number(document, "processors", 1, kMostProcessors));
    hello.processors = static_cast<unsigned>(processors);
    return Event(std::move(hello));
}

Result<Event> decode_accepted(const Json& document)
{
    TRY_LET(const TaskId task, get_id<TaskId>(document, "task"));
    return Event(Accepted{.task = task});
}

Result<Event> decode_progress(const Json& document)
{
    TaskProgress progress;
    TRY_LET(progress.task, get_id<TaskId>(document, "task"));
    TRY_LET(progress.phase, json::get_string(document, "phase"));
    TRY_LET(progress.bytes_done, get_number(document, "bytes_done", 0, kAnyNumber));
    TRY_LET(progress.bytes_total, get_number(document, "bytes_total", 0, kAnyNumber));
    TRY_LET(progress.rows, get_number(document, "rows", 0, kAnyNumber));
    return Event(std::move(progress));
}

Result<Event> decode_log(const Json& document)
{
    Log log;
    TRY_LET(log.task, get_optional_id<TaskId>(document, "task"));
    TRY_LET(log.level, get_word(document, "level", kLevels));
    TRY_LET(log.text, json::get_string(document, "text"));
    return Event(std::move(log));
}

Result<Event> decode_heartbeat(const Json& document)
{
    Heartbeat heartbeat;
    TRY_LET(heartbeat.task, get_optional_id<TaskId>(document, "task"));
    TRY_LET(heartbeat.peak_rss_bytes, get_number(document, "peak_rss_bytes", 0, kAnyNumber));
    TRY_LET(const Json object, json::get_object(document, "refused"));
    Refused& refused = heartbeat.refused;
    TRY_LET(refused.malformed, get_number(object, "malformed", 0, kAnyNumber));
    TRY_LET(refused.unknown_version, get_number(object, "unknown_version", 0, kAnyNumber));
    TRY_LET(refused.foreign, get_number(object, "foreign", 0, kAnyNumber));
    TRY_LET(refused.forged, get_number(object, "forged", 0, kAnyNumber));
    TRY_LET(refused.repeated, get_number(object, "repeated", 0, kAnyNumber));
    TRY_LET(refused.late, get_number(object, "late", 0, kAnyNumber));
    TRY_LET(refused.parked, get_number(object, "parked", 0, kAnyNumber));
    return Event(heartbeat);
}

Result<Event> decode_finished(const Json& document)
{
    Finished finished;
    TRY_LET(finished.task, get_id<TaskId>(document, "task"));
    TRY_LET(const std::uint64_t status, get_number(document, "exit_status", 0, kMostExitStatus));
    finished.exit_status = static_cast<int>(status);
    TRY_LET(finished.result, json::get_object(document, "result"));
    return Event(std::move(finished));
}

Result<Event> decode_failed(const Json& document)
{
    Failed failed;
    TRY_LET(failed.task, get_id<TaskId>(document, "task"));
    TRY_LET(failed.code, get_word(document, "code", kErrorCodes));
    TRY_LET(failed.message, json::get_string(document, "message"));
    TRY_LET(failed.hint, json::get_string(document, "hint"));
    return Event(std::move(failed));
}

using Decoder = Result<Event> (*)(const Json& document);

/// In the order of Event's alternatives.
constexpr std::array<std::pair<std::string_view, Decoder>, std::variant_size_v<Event>> kKinds = {{
    {"hello", decode_hello},
    {"accepted", decode_accepted},
    {"progress", decode_progress},
    {"log", decode_log},
    {"heartbeat", decode_heartbeat},
    {"finished", decode_finished},
    {"failed", decode_failed},
}};

}  // namespace

std::string_view kind_name(const Event& event)
{
    return kKinds.at(event.index()).first;
}

std::string encode_event(const Event& event)
{
    Json document = {{"event", std::string(kind_name(event))}};
    std::visit([&document](const auto& one) { add(document, one); }, event);
    return json::format(document);
}

Result<Event> decode_event(std::string_view text)
{
    TRY_LET(const Json document, json::parse(text));
    TRY_LET(const std::string kind, json::get_string(document, "event"));
    for (const auto& [word, decode] : kKinds) {
        if (word == kind) {
            return decode(document);
        }
    }
    return Error{
        ErrorCode::Unsupported,
        "the event is of a kind that this appliance does not know",
        "Use worker files of the appliance's own version."
    };
}

}  // namespace starkeep::protocol
