// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "codec/ed25519.hpp"
#include "codec/hash.hpp"
#include "protocol/manifest.hpp"
#include "protocol/worker_config.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "sys/random.hpp"
#include "testing/matchers.hpp"
#include "worker/bootstrap.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace starkeep::worker {
namespace {

class Bootstrap : public ::testing::Test {
protected:
    Bootstrap() : folder_(sys::TempDir::create("bootstrap-").value())
    {
        sys::fill_random(signing_key_.bytes);
        config_.worker = sys::random_id<protocol::WorkerId>();
        config_.tasks_url = Secret("https://a.queue.core.windows.net/t?sv=1&sig=x");
        config_.events_url = Secret("https://a.queue.core.windows.net/e?sv=1&sig=y");
        config_.appliance_signing_key = codec::ed25519_public_key(signing_key_);
        config_.expires = sys::system_clock().now() + std::chrono::hours{1};
    }

    void write(const std::string& name, std::string_view text)
    {
        ASSERT_OK(sys::write_file_durably(folder_.path() / name, as_bytes(text)));
    }
    std::filesystem::path file()
    {
        write("worker.json", protocol::encode_worker_config(config_).reveal());
        return folder_.path() / "worker.json";
    }

    sys::TempDir folder_;
    codec::Key256 signing_key_;
    protocol::WorkerConfig config_;
};

TEST_F(Bootstrap, IsReadWhereNoManifestLiesBesideIt)
{
    ASSERT_OK_AND_LET(const protocol::WorkerConfig read, read_bootstrap(file()));

    EXPECT_EQ(read.worker, config_.worker);
}

TEST_F(Bootstrap, IsRefusedAfterItsTime)
{
    config_.expires = sys::system_clock().now() - std::chrono::seconds{1};

    EXPECT_ERROR(read_bootstrap(file()), ErrorCode::Denied);
}

TEST_F(Bootstrap, IsRefusedBesideAManifestThatTheApplianceDidNotSign)
{
    const std::string manifest =
        protocol::encode_manifest({.version = "1", .files = {{.name = "bundle"}}});
    write("manifest.json", manifest);
    write("manifest.sig", protocol::sign_manifest(manifest, signing_key_));
    EXPECT_OK(read_bootstrap(file()));

    codec::Key256 other;
    sys::fill_random(other.bytes);
    write("manifest.sig", protocol::sign_manifest(manifest, other));
    EXPECT_ERROR(read_bootstrap(file()), ErrorCode::Denied);
}

TEST_F(Bootstrap, RefusesQueuesWithoutASas)
{
    config_.tasks_url = Secret("https://a.queue.core.windows.net/t");

    EXPECT_ERROR(Connections::open(config_), ErrorCode::InvalidInput);
}

}  // namespace
}  // namespace starkeep::worker
