// SPDX-License-Identifier: Apache-2.0
#include "localcloud/plane.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/private_file.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/settings.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::uint64_t kMostBytes = 64U << 20U;

}  // namespace

Outcome outcome_of(const Result<void>& result)
{
    if (result.ok()) {
        return {};
    }
    return {.failure = Failure{"InternalServerError", result.error().account()}, .output = {}};
}

Plane::Plane(
    const Settings& settings, const sys::Clock& clock, Machinery& machinery, ResourceStore store
)
    : settings_(settings)
    , clock_(&clock)
    , machinery_(&machinery)
    , log_(settings.state / "calls.jsonl", clock)
    , store_(std::move(store))
    , operations_(settings_, clock)
{
}

Result<std::unique_ptr<Plane>>
Plane::open(const Settings& settings, const sys::Clock& clock, Machinery& machinery)
{
    TRY_LET(ResourceStore store, ResourceStore::open(settings.state / "resources.json"));
    std::unique_ptr<Plane> plane(new Plane(settings, clock, machinery, std::move(store)));
    const auto file = sys::read_file(settings.state / "operations.json", kMostBytes);
    if (file.ok()) {
        TRY_LET(const Json saved, json::parse(as_text(*file)));
        plane->operations_.load(saved);
    } else if (file.error().code() != ErrorCode::NotFound) {
        return file.error();
    }
    return plane;
}

Plane::~Plane()
{
    stop();
}

void Plane::log_state(const Operation& operation, std::string_view state, std::string_view code)
{
    Json entry{
        {"kind", "operation"},
        {"id", operation.id},
        {"operation", operation.name},
        {"resource", operation.resource},
        {"state", std::string(state)},
    };
    if (!code.empty()) {
        entry["code"] = std::string(code);
    }
    log_.add(std::move(entry));
}

void Plane::end(const std::string& operation_id, const Begin& what, const Outcome& outcome)
{
    what.finish(outcome);
    if (Operation* const operation = operations_.find(operation_id)) {
        operations_.end(*operation, outcome.failure, outcome.output);
        log_state(
            *operation,
            outcome.failure ? "Failed" : "Succeeded",
            outcome.failure ? outcome.failure->code : ""
        );
    }
}

Answer Plane::begin(const Call& call, Answer initial, Begin what)
{
    Operation& operation = operations_.begin({
        .form = what.form,
        .name = call.operation,
        .method = call.method,
        .subscription = call.parameter("subscription"),
        .region = what.region,
        .resource_id = what.resource_id,
        .api_version = call.api_version,
        .never_ends = call.fault.never_ends,
    });
    log_state(operation, "InProgress", "");
    const http::Headers added = operations_.headers(operation);
    for (const auto& [name, value] : added.fields()) {
        initial.headers.set(name, value);
    }
    if (call.fault.never_ends) {
        return initial;
    }
    if (call.fault.late_failure) {
        what.work = [failure = *call.fault.late_failure](std::stop_token) {
            return Outcome{
                .failure = Failure{text_at(failure, "code"), text_at(failure, "message")}
            };
        };
    }
    if (!settings_.in_background) {
        end(operation.id, what, what.work(std::stop_token{}));
        return initial;
    }
    tasks_.remove_if([](const Task& task) { return task.is_done->load(); });
    auto is_done = std::make_shared<std::atomic<bool>>(false);
    tasks_.push_back({
        .is_done = is_done,
        .thread = std::jthread(
            [this, is_done, id = operation.id, what = std::move(what)](std::stop_token stop) {
                const Outcome outcome = what.work(stop);
                {
                    const MutexLock lock(mutex_);
                    end(id, what, outcome);
                    // A disk that is full now shows itself at the next call, which answers 500.
                    static_cast<void>(save());
                }
                is_done->store(true);
            }
        ),
    });
    return initial;
}

Answer Plane::page(const Call& call, const std::vector<Json>& items) const
{
    std::size_t from = 0;
    const std::string token = call.asked("$skiptoken");
    std::from_chars(token.data(), token.data() + token.size(), from);
    const auto size = static_cast<std::size_t>(settings_.page_size);
    Answer answer;
    Json& value = answer.body["value"] = Json::array();
    for (std::size_t i = from; i < std::min(items.size(), from + size); ++i) {
        value.push_back(items[i]);
    }
    if (items.size() > from + size) {
        http::QueryParameters query;
        for (const auto& [name, text] : call.query) {
            if (name != "$skiptoken") {
                query.emplace_back(name, text);
            }
        }
        query.emplace_back("$skiptoken", std::to_string(from + size));
        answer.body["nextLink"] = fmt::format(
            "{}{}?{}",
            settings_.base_url,
            http::percent_encode_path(call.path),
            http::format_query(query)
        );
    }
    return answer;
}

Result<void> Plane::save()
{
    TRY(store_.save());
    return write_private_file(
        settings_.state / "operations.json", json::format(operations_.save())
    );
}

void Plane::stop()
{
    for (Task& task : tasks_) {
        task.thread.request_stop();
    }
    tasks_.clear();
}

}  // namespace starkeep::localcloud
