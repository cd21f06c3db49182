// SPDX-License-Identifier: Apache-2.0
#include "protocol/worker_link.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "codec/x25519.hpp"
#include "json/json.hpp"
#include "protocol/envelope.hpp"
#include "protocol/event.hpp"
#include "protocol/lifetimes_internal.hpp"
#include "protocol/queue.hpp"
#include "protocol/receiver.hpp"
#include "protocol/refused.hpp"
#include "protocol/sender.hpp"
#include "protocol/session_keys.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_config.hpp"
#include "sys/clock.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace starkeep::protocol {

namespace {

/// Last words and stops that are remembered; the appliance asks within minutes.
constexpr std::size_t kMostRemembered = 256;

/// The one session of this process.
class OwnSession final : public KeyFinder {
public:
    explicit OwnSession(SessionKeys keys) : keys_(std::move(keys)) {}

    const SessionKeys* find(const Envelope& envelope) override
    {
        return envelope.session == keys_.session ? &keys_ : nullptr;
    }
    void proved(const Envelope& /*envelope*/) override { heard_ = true; }

    const SessionKeys& keys() const { return keys_; }
    bool heard() const { return heard_; }

private:
    SessionKeys keys_;
    bool heard_ = false;
};

/// A task that is being worked on, and the messages that keep it hidden.
struct Held {
    std::vector<QueueMessage> messages;
    std::chrono::sys_seconds hidden_since;
};

struct Outgoing {
    std::string document;
    std::vector<QueueMessage> remove_then;
};

/// As a document that travels: a result that is too long loses its lists. Source: docs/worker-protocol.md section 6.
std::string last_word_document(Event last_word)
{
    std::string document = encode_event(last_word);
    auto* finished = std::get_if<Finished>(&last_word);
    if (document.size() <= kMaxDocumentBytes || finished == nullptr) {
        return document;
    }
    Json shorter = Json::object();
    for (const auto& [key, value] : finished->result.items()) {
        if (!value.is_array()) {
            shorter[key] = value;
        }
    }
    shorter["truncated"] = true;
    finished->result = std::move(shorter);
    return encode_event(last_word);
}

}  // namespace

struct WorkerLink::Parts {
    Parts(
        const WorkerId& worker,
        SessionKeys keys,
        codec::X25519PublicKey public_key,
        Queue& tasks_queue,
        Queue& events,
        const sys::Clock& link_clock
    )
        : own_key(public_key)
        , session(keys)
        , receiver(worker, Direction::Tasks, tasks_queue)
        , sender({.worker = worker, .direction = Direction::Events, .keys = keys}, events)
        , tasks(tasks_queue)
        , clock(link_clock)
    {
    }

    /// Nothing when there is nothing left to do for the task.
    std::optional<SecretTask> admit(Document document);
    void answer(Event event, std::vector<QueueMessage> remove_then = {})
    {
        outbox.push_back({.document = encode_event(event), .remove_then = std::move(remove_then)});
    }
    void settle(const TaskId& task, Event last_word, std::vector<QueueMessage> messages);
    void note_stop(const StopTask& stop, std::vector<QueueMessage> messages);
    Result<void> flush(std::stop_token stop);

    codec::X25519PublicKey own_key;
    OwnSession session;
    Receiver receiver;
    Sender sender;
    Queue& tasks;
    const sys::Clock& clock;
    std::map<TaskId, Held> held;
    std::map<TaskId, std::string> last_words;  ///< documents
    std::deque<TaskId> last_word_order;
    std::set<TaskId> stopped;
    std::deque<Outgoing> outbox;
};

void WorkerLink::Parts::settle(
    const TaskId& task, Event last_word, std::vector<QueueMessage> messages
)
{
    if (last_words.emplace(task, last_word_document(std::move(last_word))).second) {
        last_word_order.push_back(task);
    }
    if (last_word_order.size() > kMostRemembered) {
        last_words.erase(last_word_order.front());
        last_word_order.pop_front();
    }
    outbox.push_back({.document = last_words[task], .remove_then = std::move(messages)});
}

void WorkerLink::Parts::note_stop(const StopTask& stop, std::vector<QueueMessage> messages)
{
    if (stop.task && stopped.size() < kMostRemembered) {
        stopped.insert(*stop.task);
    }
    for (const QueueMessage& message : messages) {
        // A stop that comes again changes nothing, so a failure here does no harm.
        static_cast<void>(tasks.remove(message, {}));
    }
}

std::optional<SecretTask> WorkerLink::Parts::admit(Document document)
{
    const std::optional<TaskId> id = task_id_of(as_text(document.text));
    Result<SecretTask> decoded = decode_task(as_text(document.text));
    codec::wipe(document.text);
    if (!decoded.ok()) {
        receiver.count_undecodable(decoded.error());
        if (id) {
            settle(*id, failed_event(*id, decoded.error()), std::move(document.messages));
        }
        return std::nullopt;
    }
    if (const auto* stop = std::get_if<StopTask>(&decoded->task.body)) {
        note_stop(*stop, std::move(document.messages));
        return *std::move(decoded);
    }
    if (const auto known = last_words.find(*id); known != last_words.end()) {
        outbox.push_back({.document = known->second, .remove_then = std::move(document.messages)});
        return std::nullopt;
    }
    if (const auto working = held.find(*id); working != held.end()) {
        answer(Accepted{.task = *id});
        std::ranges::move(document.messages, std::back_inserter(working->second.messages));
        return std::nullopt;
    }
    if (stopped.contains(*id)) {
        const Error error{ErrorCode::Cancelled, "the task was stopped before it began"};
        settle(*id, failed_event(*id, error), std::move(document.messages));
        return std::nullopt;
    }
    held[*id] = {.messages = std::move(document.messages), .hidden_since = clock.now()};
    answer(Accepted{.task = *id});
    return *std::move(decoded);
}

Result<void> WorkerLink::Parts::flush(std::stop_token stop)
{
    while (!outbox.empty()) {
        const Outgoing& first = outbox.front();
        TRY(sender.send(as_bytes(first.document), kLastWordLifetime, stop));
        for (const QueueMessage& message : first.remove_then) {
            // What is not removed comes again and is answered again.
            static_cast<void>(tasks.remove(message, stop));
        }
        outbox.pop_front();
    }
    return {};
}

WorkerLink::WorkerLink(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
WorkerLink::~WorkerLink() = default;

Result<std::unique_ptr<WorkerLink>>
WorkerLink::open(const WorkerConfig& config, Queue& tasks, Queue& events, const sys::Clock& clock)
{
    codec::Key256 ephemeral;
    sys::fill_random(ephemeral.bytes);
    const codec::X25519PublicKey own = codec::x25519_public_key(ephemeral);
    TRY_LET(
        SessionKeys keys,
        derive_session_keys(
            config.worker, ephemeral, own, config.appliance_key, config.bootstrap_secret
        )
    );
    return std::unique_ptr<WorkerLink>(new WorkerLink(
        std::make_unique<Parts>(config.worker, std::move(keys), own, tasks, events, clock)
    ));
}

Result<void> WorkerLink::say_hello(const Hello& hello, std::stop_token stop)
{
    parts_->sender.announce(parts_->own_key);
    const Result<void> sent =
        parts_->sender.send(as_bytes(encode_event(hello)), kLastWordLifetime, std::move(stop));
    parts_->sender.announce(std::nullopt);
    return sent;
}

bool WorkerLink::has_heard() const
{
    return parts_->session.heard();
}

Result<std::vector<SecretTask>> WorkerLink::receive(std::stop_token stop)
{
    TRY_LET(
        std::vector<Document> documents,
        parts_->receiver.receive(parts_->session, kTaskVisibility, stop)
    );
    std::vector<SecretTask> fresh;
    for (Document& document : documents) {
        if (std::optional<SecretTask> task = parts_->admit(std::move(document))) {
            fresh.push_back(*std::move(task));
        }
    }
    // What cannot be sent now stays, and the caller's flush() tells why.
    static_cast<void>(parts_->flush(std::move(stop)));
    return fresh;
}

Result<void> WorkerLink::renew(std::stop_token stop)
{
    for (auto& [task, held] : parts_->held) {
        if (parts_->clock.now() - held.hidden_since < kTaskVisibility / 3) {
            continue;
        }
        for (QueueMessage& message : held.messages) {
            const Result<void> renewed = parts_->tasks.renew(message, kTaskVisibility, stop);
            // Gone or taken: the work goes on all the same, for the task is this session's alone.
            if (!renewed.ok() && renewed.error().code() != ErrorCode::NotFound &&
                renewed.error().code() != ErrorCode::Conflict) {
                return renewed;
            }
        }
        held.hidden_since = parts_->clock.now();
    }
    return {};
}

Result<void> WorkerLink::send(const Event& event, std::stop_token stop)
{
    TRY(parts_->flush(stop));
    return parts_->sender.send(as_bytes(encode_event(event)), lifetime_of(event), std::move(stop));
}

Result<void> WorkerLink::complete(const TaskId& task, Event last_word, std::stop_token stop)
{
    std::vector<QueueMessage> messages;
    if (const auto held = parts_->held.find(task); held != parts_->held.end()) {
        messages = std::move(held->second.messages);
        parts_->held.erase(held);
    }
    parts_->settle(task, std::move(last_word), std::move(messages));
    return parts_->flush(std::move(stop));
}

Result<void> WorkerLink::flush(std::stop_token stop)
{
    return parts_->flush(std::move(stop));
}

const Refused& WorkerLink::refused() const
{
    return parts_->receiver.refused();
}

}  // namespace starkeep::protocol
