// SPDX-License-Identifier: Apache-2.0
#include "localcloud/operations.hpp"

#include "http/message.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kSignatureLength = 400;

struct Paths {
    std::string status;  ///< empty: the form has none
    std::string result;
};

Paths paths_of(const Operations::Start& start, const std::string& id)
{
    const std::string subscription = "/subscriptions/" + start.subscription;
    const auto in_region = [&](std::string_view provider, std::string_view kind) {
        return fmt::format(
            "{}/providers/{}/locations/{}/{}/{}", subscription, provider, start.region, kind, id
        );
    };
    switch (start.form) {
    case OperationForm::Network:
        return {
            in_region("Microsoft.Network", "operations"),
            in_region("Microsoft.Network", "operationResults")
        };
    case OperationForm::PrivateDns: {
        const auto resource = ResourceId::parse(start.resource_id);
        const std::string group = fmt::format(
            "{}/resourceGroups/{}/providers/Microsoft.Network/privateDnsOperation",
            subscription,
            resource ? resource->group : ""
        );
        return {group + "Statuses/" + id, group + "Results/" + id};
    }
    case OperationForm::Compute:
        return {
            in_region("Microsoft.Compute", "operations"),
            in_region("Microsoft.Compute", "operations")
        };
    case OperationForm::Storage:
        return {"", in_region("Microsoft.Storage", "asyncoperations")};
    case OperationForm::Group:
        return {"", subscription + "/operationresults/" + id};
    case OperationForm::Postgres:
        return {
            in_region("Microsoft.DBforPostgreSQL", "azureAsyncOperation"),
            in_region("Microsoft.DBforPostgreSQL", "operationResults")
        };
    case OperationForm::Cosmos:
        return {
            in_region("Microsoft.DocumentDB", "operationsStatus"),
            start.resource_id + "/operationResults/" + id
        };
    }
    return {};
}

/// The long signed tail that real poll URLs carry; clients must keep it as it is.
std::string signed_tail(OperationForm form)
{
    if (form != OperationForm::Compute && form != OperationForm::Cosmos) {
        return "";
    }
    return fmt::format(
        "&t=638{}&c=MII{}&s={}-{}&h={}",
        random_name(15),
        random_name(kSignatureLength),
        random_name(60),
        random_name(60),
        random_name(40)
    );
}

/// "2026-01-30 21:35:38 +0000", as only PostgreSQL's provider writes it.
std::string spaced_time(const std::string& time)
{
    std::string text = time;
    std::ranges::replace(text, 'T', ' ');
    std::erase(text, 'Z');
    return text + " +0000";
}

}  // namespace

Operation& Operations::begin(const Start& start)
{
    const std::string id = new_guid();
    const Paths paths = paths_of(start, id);
    Operation operation{
        .id = id,
        .name = start.name,
        .form = start.form,
        .method = start.method,
        .resource = key_of(start.resource_id),
        .begun = clock_->now(),
        .polls_left = settings_->polls,
        .never_ends = start.never_ends,
    };
    const std::string tail = signed_tail(start.form);
    if (!paths.status.empty()) {
        operation.status_path =
            fmt::format("{}?api-version={}{}", paths.status, start.api_version, tail);
    }
    const bool has_monitor =
        start.form == OperationForm::Storage || start.form == OperationForm::Compute;
    operation.result_path = fmt::format(
        "{}?{}api-version={}{}",
        paths.result,
        has_monitor ? "monitor=true&" : "",
        start.api_version,
        tail
    );
    return operations_.insert_or_assign(id, std::move(operation)).first->second;
}

http::Headers Operations::headers(const Operation& operation) const
{
    http::Headers headers;
    if (!operation.status_path.empty()) {
        headers.set("Azure-AsyncOperation", settings_->base_url + operation.status_path);
    }
    // A PUT of Network's gives one URL only; the result is the resource itself.
    if (operation.form != OperationForm::Network || operation.method != "PUT") {
        headers.set("Location", settings_->base_url + operation.result_path);
    }
    headers.set("Retry-After", std::to_string(settings_->retry_after.count()));
    return headers;
}

Operation* Operations::find(std::string_view id)
{
    const auto found = operations_.find(id);
    return found == operations_.end() ? nullptr : &found->second;
}

void Operations::end(Operation& operation, std::optional<Failure> failure, Json output)
{
    operation.ended = clock_->now();
    operation.failure = std::move(failure);
    operation.output = std::move(output);
}

std::optional<Operations::Question>
Operations::question(const Operation& operation, std::string_view path, bool is_monitor) const
{
    const auto is_path_of = [path](std::string_view url) {
        return is_same(path, url.substr(0, url.find('?')));
    };
    if (is_path_of(operation.status_path) && !is_monitor) {
        return Question::Status;
    }
    if (is_path_of(operation.result_path)) {
        return Question::Result;
    }
    return std::nullopt;
}

bool Operations::is_running(const Operation& operation) const
{
    return !operation.ended || operation.polls_left > 0 || operation.never_ends;
}

Json Operations::status_body(const Operation& operation, bool is_running) const
{
    const bool is_postgres = operation.form == OperationForm::Postgres;
    const auto time = [is_postgres](std::chrono::sys_seconds at) {
        const std::string text = sys::format_rfc3339(at);
        return is_postgres ? spaced_time(text) : text;
    };
    Json body{{"status", is_running ? "InProgress" : operation.failure ? "Failed" : "Succeeded"}};
    if (operation.form == OperationForm::Cosmos && is_running) {
        body["status"] = "Dequeued";
    }
    if (operation.form == OperationForm::Compute || is_postgres) {
        body["name"] = operation.id;
        body["startTime"] = time(operation.begun);
        if (!is_running && operation.ended) {
            body["endTime"] = time(*operation.ended);
        }
    }
    if (!is_running && operation.failure) {
        body["error"] = {
            {"code", operation.failure->code}, {"message", operation.failure->message}
        };
    }
    if (!is_running && !operation.failure && !operation.output.is_null()) {
        body["properties"]["output"] = operation.output;
    }
    return body;
}

Answer Operations::answer(Operation& operation, Question question, const Json& resource)
{
    const bool running = is_running(operation);
    operation.polls_left = std::max(0, operation.polls_left - 1);
    Answer answer;
    if (running) {
        answer.headers.set("Retry-After", std::to_string(settings_->retry_after.count()));
    }
    if (question == Question::Status) {
        answer.body = status_body(operation, running);
        return answer;
    }
    if (running) {
        answer.status = 202;
        answer.headers.set("Location", settings_->base_url + operation.result_path);
        return answer;
    }
    if (operation.failure) {
        return refusal(409, operation.failure->code, operation.failure->message);
    }
    if (operation.method == "DELETE") {
        answer.status = operation.form == OperationForm::Group ? 200 : 204;
    } else if (operation.method == "POST") {
        answer.body = operation.output;
    } else {
        answer.body = resource;
    }
    return answer;
}

Json Operations::save() const
{
    Json all = Json::array();
    for (const auto& [id, operation] : operations_) {
        Json item{
            {"id", id},
            {"name", operation.name},
            {"form", static_cast<unsigned>(operation.form)},
            {"method", operation.method},
            {"resource", operation.resource},
            {"status_path", operation.status_path},
            {"result_path", operation.result_path},
            {"begun", operation.begun.time_since_epoch().count()},
            {"output", operation.output},
            {"never_ends", operation.never_ends},
        };
        if (operation.ended) {
            item["ended"] = operation.ended->time_since_epoch().count();
        }
        if (operation.failure) {
            item["failure"] = {
                {"code", operation.failure->code}, {"message", operation.failure->message}
            };
        }
        all.push_back(std::move(item));
    }
    return all;
}

void Operations::load(const Json& saved)
{
    const auto moment = [](std::int64_t seconds) {
        return std::chrono::sys_seconds(std::chrono::seconds(seconds));
    };
    for (const Json& item : saved) {
        const auto form = number_at(item, "form").value_or(0);
        if (form < 0 || form > static_cast<std::int64_t>(OperationForm::Cosmos)) {
            continue;
        }
        Operation operation{
            .id = text_at(item, "id"),
            .name = text_at(item, "name"),
            .form = static_cast<OperationForm>(form),
            .method = text_at(item, "method"),
            .resource = text_at(item, "resource"),
            .status_path = text_at(item, "status_path"),
            .result_path = text_at(item, "result_path"),
            .begun = moment(number_at(item, "begun").value_or(0)),
            .output = at(item, "output"),
            .never_ends = flag_at(item, "never_ends"),
        };
        if (has(item, "failure")) {
            operation.failure =
                Failure{text_at(item, "failure/code"), text_at(item, "failure/message")};
        }
        if (const auto ended = number_at(item, "ended")) {
            operation.ended = moment(*ended);
        } else {
            operation.ended = clock_->now();
            operation.failure =
                Failure{"InternalServerError", "The operation was interrupted. Please retry."};
        }
        operations_.insert_or_assign(operation.id, std::move(operation));
    }
}

}  // namespace starkeep::localcloud
