// SPDX-License-Identifier: Apache-2.0
#include "protocol/appliance_link.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"
#include "codec/x25519.hpp"
#include "json/json.hpp"
#include "protocol/envelope.hpp"
#include "protocol/event.hpp"
#include "protocol/lifetimes_internal.hpp"
#include "protocol/members_internal.hpp"
#include "protocol/queue.hpp"
#include "protocol/receiver.hpp"
#include "protocol/refused.hpp"
#include "protocol/seen_sequences.hpp"
#include "protocol/sender.hpp"
#include "protocol/session_keys.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_config.hpp"
#include "sys/clock.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace starkeep::protocol {

namespace {

/// Sequence numbers of one second, so that those of an appliance that lost its last state go on above.
constexpr unsigned kSequencesPerSecondBits = 16;

/// The one worker that said hello first; before that, whoever proves to be it.
class PeerSession final : public KeyFinder {
public:
    PeerSession(LinkKeys keys, const sys::Clock& clock)
        : keys_(std::move(keys)), public_key_(keys_.public_key()), clock_(clock)
    {
    }

    const SessionKeys* find(const Envelope& envelope) override
    {
        if (open_) {
            return envelope.session == open_->session ? &*open_ : nullptr;
        }
        if (!envelope.key || clock_.now() > keys_.expires ||
            session_of(*envelope.key) != envelope.session) {
            return nullptr;
        }
        Result<SessionKeys> candidate = derive(*envelope.key);
        if (!candidate.ok()) {
            return nullptr;
        }
        candidate_ = *std::move(candidate);
        return &*candidate_;
    }

    void proved(const Envelope& envelope) override
    {
        if (!open_) {
            open_ = std::exchange(candidate_, std::nullopt);
            worker_key_ = envelope.key;
        }
    }

    Result<void> reopen(const codec::X25519PublicKey& worker_key)
    {
        TRY_LET(open_, derive(worker_key));
        worker_key_ = worker_key;
        return {};
    }

    const LinkKeys& link_keys() const { return keys_; }
    const std::optional<SessionKeys>& open() const { return open_; }
    const std::optional<codec::X25519PublicKey>& worker_key() const { return worker_key_; }

private:
    Result<SessionKeys> derive(const codec::X25519PublicKey& worker_key) const
    {
        return derive_session_keys(
            keys_.worker, keys_.private_key, worker_key, public_key_, keys_.bootstrap_secret
        );
    }

    LinkKeys keys_;
    codec::X25519PublicKey public_key_;
    const sys::Clock& clock_;
    std::optional<SessionKeys> candidate_;
    std::optional<SessionKeys> open_;
    std::optional<codec::X25519PublicKey> worker_key_;
};

bool is_passing(const Event& event)
{
    return lifetime_of(event) == kPassingLifetime;
}

}  // namespace

LinkKeys LinkKeys::generate(const WorkerId& worker, std::chrono::sys_seconds expires)
{
    LinkKeys keys{.worker = worker, .private_key = {}, .bootstrap_secret = {}, .expires = expires};
    sys::fill_random(keys.private_key.bytes);
    sys::fill_random(keys.bootstrap_secret.bytes);
    return keys;
}

struct ApplianceLink::Parts {
    Parts(LinkKeys keys, Queue& tasks_queue, Queue& events_queue, const sys::Clock& link_clock)
        : worker(keys.worker)
        , session(std::move(keys), link_clock)
        , receiver(worker, Direction::Events, events_queue)
        , tasks(tasks_queue)
        , events(events_queue)
        , clock(link_clock)
        , heard(link_clock.now())
    {
    }

    Sender& open_sender();
    /// Nothing when the event changes nothing; its messages are removed then.
    std::optional<ReceivedEvent>
    admit(Document document, std::uint64_t known, std::stop_token stop);
    void remove(const std::vector<QueueMessage>& messages, const std::stop_token& stop)
    {
        for (const QueueMessage& message : messages) {
            // What is not removed comes again and counts as repeated.
            static_cast<void>(events.remove(message, stop));
        }
    }

    WorkerId worker;
    PeerSession session;
    Receiver receiver;
    Queue& tasks;
    Queue& events;
    const sys::Clock& clock;
    std::optional<Sender> sender;
    std::chrono::sys_seconds heard;
    bool greeted = false;         ///< whether a Hello was given out
    std::uint64_t next_task = 1;  ///< sequence number, while there is no sender
    std::uint64_t newest = 0;     ///< highest number of an event that came
};

Sender& ApplianceLink::Parts::open_sender()
{
    ENSURE(session.open().has_value());
    if (!sender) {
        sender.emplace(
            Sender::Address{
                .worker = worker, .direction = Direction::Tasks, .keys = *session.open()
            },
            tasks
        );
        sender->skip_to(next_task);
    }
    const auto seconds = std::max<std::int64_t>(clock.now().time_since_epoch().count(), 1);
    sender->skip_to(static_cast<std::uint64_t>(seconds) << kSequencesPerSecondBits);
    return *sender;
}

std::optional<ReceivedEvent>
ApplianceLink::Parts::admit(Document document, std::uint64_t known, std::stop_token stop)
{
    heard = clock.now();
    Result<Event> event = decode_event(as_text(document.text));
    if (!event.ok()) {
        receiver.count_undecodable(event.error());
        remove(document.messages, stop);
        return std::nullopt;
    }
    if (is_passing(*event) && document.first < known) {
        receiver.count_late();
        remove(document.messages, stop);
        return std::nullopt;
    }
    if (std::holds_alternative<Hello>(*event) && std::exchange(greeted, true)) {
        remove(document.messages, stop);
        return std::nullopt;
    }
    return ReceivedEvent{.event = *std::move(event), .messages = std::move(document.messages)};
}

ApplianceLink::ApplianceLink(LinkKeys keys, Queue& tasks, Queue& events, const sys::Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(keys), tasks, events, clock))
{
}
ApplianceLink::ApplianceLink(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ApplianceLink::~ApplianceLink() = default;

bool ApplianceLink::is_open() const
{
    return parts_->session.open().has_value();
}

Result<void> ApplianceLink::send(const Task& task, const TaskSecrets& secrets, std::stop_token stop)
{
    const Secret document = encode_task(task, secrets);
    return parts_->open_sender().send(
        as_bytes(document.reveal()), kLastWordLifetime, std::move(stop)
    );
}

Result<std::vector<ReceivedEvent>> ApplianceLink::receive(std::stop_token stop)
{
    TRY_LET(
        std::vector<Document> documents,
        parts_->receiver.receive(parts_->session, kEventVisibility, stop)
    );
    // The queue keeps no order; within what came together the numbers do.
    std::ranges::sort(documents, {}, &Document::first);
    const std::uint64_t known = parts_->newest;
    std::vector<ReceivedEvent> received;
    for (Document& document : documents) {
        const std::uint64_t first = document.first;
        if (auto event = parts_->admit(std::move(document), known, stop)) {
            received.push_back(*std::move(event));
        }
        parts_->newest = std::max(parts_->newest, first);
    }
    return received;
}

Result<void> ApplianceLink::confirm(const ReceivedEvent& received, std::stop_token stop)
{
    for (const QueueMessage& message : received.messages) {
        TRY(parts_->events.remove(message, stop));
    }
    return {};
}

std::chrono::seconds ApplianceLink::silence() const
{
    return parts_->clock.now() - parts_->heard;
}

const Refused& ApplianceLink::refused() const
{
    return parts_->receiver.refused();
}

Secret ApplianceLink::save() const
{
    const LinkKeys& keys = parts_->session.link_keys();
    const auto& worker_key = parts_->session.worker_key();
    const Json document = {
        {"version", kProtocolVersion},
        {"worker", keys.worker.hex()},
        {"private_key", to_hex(keys.private_key.bytes)},
        {"bootstrap_secret", to_hex(keys.bootstrap_secret.bytes)},
        {"expires", sys::format_rfc3339(keys.expires)},
        {"worker_key", worker_key ? Json(to_hex(*worker_key)) : Json()},
        {"greeted", parts_->greeted},
        {"next_task", parts_->sender ? parts_->sender->next() : parts_->next_task},
        {"newest", parts_->newest},
        {"seen", parts_->receiver.seen().save()}
    };
    return Secret(json::format(document));
}

Result<std::unique_ptr<ApplianceLink>>
ApplianceLink::load(std::string_view saved, Queue& tasks, Queue& events, const sys::Clock& clock)
{
    TRY_LET(const Json document, json::parse(saved));
    TRY(require_version(document, "version", "the saved state of a worker's link"));
    LinkKeys keys;
    TRY(get_hex(document, "worker", keys.worker.bytes));
    TRY(get_hex(document, "private_key", keys.private_key.bytes));
    TRY(get_hex(document, "bootstrap_secret", keys.bootstrap_secret.bytes));
    TRY_LET(const std::string expires, json::get_string(document, "expires"));
    TRY_LET(keys.expires, sys::parse_rfc3339(expires));
    auto parts = std::make_unique<Parts>(std::move(keys), tasks, events, clock);
    if (document.contains("worker_key") && !document["worker_key"].is_null()) {
        codec::X25519PublicKey worker_key{};
        TRY(get_hex(document, "worker_key", worker_key));
        TRY(parts->session.reopen(worker_key));
    }
    TRY_LET(parts->greeted, json::get_bool(document, "greeted"));
    TRY_LET(parts->next_task, get_number(document, "next_task", 1, kLargestSequence));
    TRY_LET(parts->newest, get_number(document, "newest", 0, kLargestSequence));
    TRY_LET(const Json seen, json::get_object(document, "seen"));
    TRY_LET(SeenSequences sequences, SeenSequences::load(seen));
    parts->receiver.restore(std::move(sequences));
    return std::unique_ptr<ApplianceLink>(new ApplianceLink(std::move(parts)));
}

}  // namespace starkeep::protocol
