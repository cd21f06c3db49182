// SPDX-License-Identifier: Apache-2.0
// Every document of this room is read back as it was written, and anything else is refused.
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/ed25519.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "protocol/event.hpp"
#include "protocol/manifest.hpp"
#include "protocol/seen_sequences.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_config.hpp"
#include "sys/clock.hpp"
#include "sys/random.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::protocol {
namespace {

TEST(WorkerConfig, IsReadBackAsItWasWritten)
{
    WorkerConfig config;
    config.worker = sys::random_id<WorkerId>();
    config.tasks_url = Secret("https://a.queue.core.windows.net/t?sig=x");
    config.events_url = Secret("https://a.queue.core.windows.net/e?sig=y");
    sys::fill_random(config.appliance_key);
    sys::fill_random(config.bootstrap_secret.bytes);
    config.expires = sys::parse_rfc3339("2026-11-26T12:00:00Z").value();
    config.ca_certificates = "-----BEGIN CERTIFICATE-----\n";

    const Secret text = encode_worker_config(config);
    ASSERT_OK_AND_LET(const WorkerConfig read, decode_worker_config(text.reveal()));

    EXPECT_EQ(encode_worker_config(read).reveal(), text.reveal());
}

TEST(WorkerConfig, RefusesAnotherVersionByName)
{
    const auto read = decode_worker_config(R"({"version":2})");

    EXPECT_ERROR(read, ErrorCode::Unsupported);
    EXPECT_NE(read.error().message().find("version 2"), std::string::npos);
}

TEST(Manifest, IsBelievedUnderItsSignatureOnly)
{
    codec::Key256 key;
    sys::fill_random(key.bytes);
    const auto signer = codec::ed25519_public_key(key);
    const std::string text = encode_manifest(
        {.version = "0.1.0", .files = {{.name = "starkeep-worker.tar.gz", .size_bytes = 5}}}
    );
    const std::string signature = sign_manifest(text, key);

    ASSERT_OK_AND_LET(const WorkerManifest read, verify_manifest(text, signature, signer));
    EXPECT_EQ(encode_manifest(read), text);
    EXPECT_ERROR(verify_manifest(text + " ", signature, signer), ErrorCode::Denied);
    EXPECT_ERROR(verify_manifest(text, "00", signer), ErrorCode::Denied);
    EXPECT_ERROR(verify_manifest(text, signature, {}), ErrorCode::Denied);
}

TEST(Manifest, RefusesNamesThatLeaveTheirFolder)
{
    for (const std::string name : {"../x", "a/b", ".hidden", ""}) {
        SCOPED_TRACE(name);
        EXPECT_ERROR(
            decode_manifest(encode_manifest({.version = "1", .files = {{.name = name}}})),
            ErrorCode::Corrupt
        );
    }
}

TEST(Task, OfEveryKindIsReadBackAsItWasWritten)
{
    const std::vector<TaskBody> bodies = {
        BackupTask{
            .source_url = "postgresql://u@h/d",
            .repository_url = "azblob://a/c",
            .include = {"a*"},
            .exclude = {"b", "c"},
            .full = true,
            .jobs = 256,
            .labels = {{"k", "v"}}
        },
        RestoreTask{
            .repository_url = "azblob://a/c",
            .point = "latest",
            .source = "s",
            .target_url = "postgresql://u@h",
            .renames = {"a=b"},
            .if_exists = IfExists::Replace,
            .dry_run = true,
            .verify = true
        },
        VerifyTask{
            .repository_url = "azblob://a/c", .point = "ab12", .into_url = "postgresql://u@h"
        },
        StopTask{.task = sys::random_id<TaskId>()},
        StopTask{}
    };
    for (const TaskBody& body : bodies) {
        SCOPED_TRACE(kind_name(body));
        TaskSecrets secrets;
        secrets.database_password = Secret("p");
        secrets.storage_kind = StorageCredentialKind::ConnectionString;
        const Secret text = encode_task({sys::random_id<TaskId>(), body}, secrets);
        ASSERT_OK_AND_LET(const SecretTask read, decode_task(text.reveal()));
        EXPECT_EQ(encode_task(read.task, read.secrets).reveal(), text.reveal());
    }
}

TEST(Task, RefusesNumbersOutOfRangeAndUnknownWords)
{
    const Secret good = encode_task(
        {sys::random_id<TaskId>(),
         RestoreTask{.repository_url = "r", .point = "p", .target_url = "t"}},
        {}
    );
    const std::vector<std::pair<std::string, Json>> changes = {
        {"jobs", 0},
        {"jobs", 257},
        {"jobs", -1},
        {"jobs", "2"},
        {"if_exists", "maybe"},
        {"include", {1}},
        {"point", nullptr},
        {"task", "12"},
    };
    for (const auto& [member, value] : changes) {
        SCOPED_TRACE(member);
        Json document = json::parse(good.reveal()).value();
        document[member] = value;
        EXPECT_ERROR(decode_task(json::format(document)), ErrorCode::Corrupt);
    }
    Json document = json::parse(good.reveal()).value();
    document["kind"] = "copy";
    EXPECT_ERROR(decode_task(json::format(document)), ErrorCode::Unsupported);
}

TEST(Event, OfEveryKindIsReadBackAsItWasWritten)
{
    const auto task = sys::random_id<TaskId>();
    const std::vector<Event> all = {
        Hello{.version = "0.1.0", .host = "vm", .processors = 4},
        Accepted{.task = task},
        TaskProgress{
            .task = task, .phase = "rows", .bytes_done = UINT64_MAX, .bytes_total = 1, .rows = 2
        },
        Log{.task = task, .level = LogLevel::Warning, .text = "a \"sentence\""},
        Log{.text = "another"},
        Heartbeat{.task = task, .peak_rss_bytes = 5, .refused = {.forged = 3}},
        Finished{.task = task, .exit_status = 3, .result = {{"point", "ab"}}},
        Failed{.task = task, .code = ErrorCode::Denied, .message = "m", .hint = "H."}
    };
    for (const Event& event : all) {
        SCOPED_TRACE(kind_name(event));
        ASSERT_OK_AND_LET(const Event read, decode_event(encode_event(event)));
        EXPECT_EQ(encode_event(read), encode_event(event));
    }
}

TEST(Event, RefusesUnknownKindsCodesAndStatuses)
{
    const std::string task = sys::random_id<TaskId>().hex();

    EXPECT_ERROR(decode_event(R"({"event":"sneeze"})"), ErrorCode::Unsupported);
    EXPECT_ERROR(
        decode_event(
            R"({"event":"failed","task":")" + task + R"(","code":"Odd","message":"","hint":""})"
        ),
        ErrorCode::Corrupt
    );
    EXPECT_ERROR(
        decode_event(
            R"({"event":"finished","task":")" + task + R"(","exit_status":256,"result":{}})"
        ),
        ErrorCode::Corrupt
    );
}

TEST(SeenSequences, RememberEachNumberInWhateverOrder)
{
    SeenSequences seen;
    seen.add(5, 5);
    seen.add(1, 2);
    seen.add(3, 4);
    seen.add(10, 12);

    for (const std::uint64_t number : {1U, 2U, 3U, 4U, 5U, 10U, 11U, 12U}) {
        EXPECT_TRUE(seen.has(number)) << number;
    }
    for (const std::uint64_t number : {6U, 9U, 13U}) {
        EXPECT_FALSE(seen.has(number)) << number;
    }
    EXPECT_EQ(seen.highest(), 12U);
    EXPECT_EQ(seen.save()["stretches"].size(), 2U);
    ASSERT_OK_AND_LET(const SeenSequences read, SeenSequences::load(seen.save()));
    EXPECT_EQ(read.save(), seen.save());
}

TEST(SeenSequences, TakeWhatTheyForgotForSeen)
{
    SeenSequences seen;
    for (std::uint64_t number = 2; number <= 2 * (SeenSequences::kMostStretches + 10);
         number += 2) {
        seen.add(number, number);
    }

    EXPECT_TRUE(seen.has(1));
    EXPECT_TRUE(seen.has(3));
    EXPECT_FALSE(seen.has(seen.highest() - 1));
}

}  // namespace
}  // namespace starkeep::protocol
