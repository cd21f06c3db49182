// SPDX-License-Identifier: Apache-2.0
#include "azure/storage/queue_client.hpp"

#include "azure/storage/service.hpp"
#include "azure/storage/storage_error.hpp"
#include "azure/storage/xml_internal.hpp"
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/date.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::storage {

namespace {

/// XML 1.0 knows these three control characters and no others.
bool is_carried_by_xml(char c)
{
    return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r';
}

Result<void> check_text(std::string_view text, const std::string& queue)
{
    if (text.size() > kLargestMessage || !std::ranges::all_of(text, is_carried_by_xml)) {
        return Error{
            ErrorCode::InvalidInput,
            "a message for queue " + queue + " is longer than 64 KiB or holds control characters"
        };
    }
    return {};
}

/// -1 is Azure's "for ever".
std::string lifetime_text(std::chrono::seconds lifetime)
{
    return lifetime.count() <= 0 ? "-1" : std::to_string(lifetime.count());
}

Result<QueueMessage> read_message(const pugi::xml_node& node)
{
    QueueMessage message{
        .id = node.child_value("MessageId"),
        .pop_receipt = node.child_value("PopReceipt"),
        .text = node.child_value("MessageText"),
    };
    TRY_LET(message.dequeue_count, get_number(node, "DequeueCount"));
    const Result<std::chrono::sys_seconds> inserted =
        http::parse_http_date(node.child_value("InsertionTime"));
    if (message.id.empty() || message.pop_receipt.empty() || !inserted.ok()) {
        return Error{ErrorCode::Corrupt, "a message of a queue lacks its id, receipt or time"};
    }
    message.inserted_at = *inserted;
    return message;
}

}  // namespace

QueueClient::QueueClient(http::Transport& transport, ServiceOptions service, std::string queue)
    : service_(transport, std::move(service)), queue_(std::move(queue))
{
}

std::string QueueClient::url() const
{
    return service_.endpoint() + "/" + queue_;
}

std::string QueueClient::message_path(std::string_view id, std::string_view pop_receipt) const
{
    return "/" + queue_ + "/messages/" + http::percent_encode(id) + "?" +
           http::format_query({{"popreceipt", std::string(pop_receipt)}});
}

Result<void> QueueClient::create(std::stop_token stop)
{
    TRY_LET(
        const http::Response response,
        service_.send({.method = "PUT"}, "/" + queue_, std::move(stop))
    );
    if (response.status != 201 && response.status != 204) {
        return storage_error(response, "making queue " + queue_);
    }
    return {};
}

Result<void> QueueClient::remove_queue(std::stop_token stop)
{
    TRY_LET(
        const http::Response response,
        service_.send({.method = "DELETE"}, "/" + queue_, std::move(stop))
    );
    if (response.status != 204 && response.status != 404) {
        return storage_error(response, "removing queue " + queue_);
    }
    return {};
}

Result<void>
QueueClient::put(std::string_view text, std::chrono::seconds lifetime, std::stop_token stop)
{
    TRY(check_text(text, queue_));
    const http::Request request{
        .method = "POST",
        .headers = {{"Content-Type", "application/xml"}},
        .body = to_bytes(format_queue_message(text)),
        .is_repeatable = true,
    };
    TRY_LET(
        const http::Response response,
        service_.send(
            request,
            "/" + queue_ + "/messages?messagettl=" + lifetime_text(lifetime),
            std::move(stop)
        )
    );
    if (response.status != 201) {
        return storage_error(response, "writing to queue " + queue_);
    }
    return {};
}

Result<std::vector<QueueMessage>>
QueueClient::get(unsigned limit, std::chrono::seconds visibility, std::stop_token stop)
{
    ENSURE(limit >= 1 && limit <= 32 && visibility >= std::chrono::seconds(1));
    TRY_LET(
        const http::Response response,
        service_.send(
            {.method = "GET"},
            "/" + queue_ + "/messages?numofmessages=" + std::to_string(limit) +
                "&visibilitytimeout=" + std::to_string(visibility.count()),
            std::move(stop)
        )
    );
    if (response.status != 200) {
        return storage_error(response, "reading queue " + queue_);
    }
    return parse_queue_messages(response.text());
}

Result<std::string> QueueClient::renew(
    std::string_view id,
    std::string_view pop_receipt,
    std::chrono::seconds visibility,
    std::stop_token stop
)
{
    TRY_LET(
        const http::Response response,
        service_.send(
            {.method = "PUT"},
            message_path(id, pop_receipt) +
                "&visibilitytimeout=" + std::to_string(visibility.count()),
            std::move(stop)
        )
    );
    const std::optional<std::string> receipt = response.headers.find("x-ms-popreceipt");
    if (response.status != 204 || !receipt) {
        return storage_error(response, "renewing a message of queue " + queue_);
    }
    return *receipt;
}

Result<void>
QueueClient::remove(std::string_view id, std::string_view pop_receipt, std::stop_token stop)
{
    TRY_LET(
        const http::Response response,
        service_.send({.method = "DELETE"}, message_path(id, pop_receipt), std::move(stop))
    );
    if (response.status != 204) {
        return storage_error(response, "removing a message of queue " + queue_);
    }
    return {};
}

Result<std::vector<QueueMessage>> parse_queue_messages(std::string_view xml)
{
    TRY_LET(
        const std::unique_ptr<pugi::xml_document> document, parse_xml(xml, "QueueMessagesList")
    );
    std::vector<QueueMessage> messages;
    for (const pugi::xml_node& node :
         document->child("QueueMessagesList").children("QueueMessage")) {
        TRY_LET(QueueMessage message, read_message(node));
        messages.push_back(std::move(message));
    }
    return messages;
}

std::string format_queue_message(std::string_view text)
{
    return "<QueueMessage><MessageText>" + escape_xml(text) + "</MessageText></QueueMessage>";
}

}  // namespace starkeep::azure::storage
