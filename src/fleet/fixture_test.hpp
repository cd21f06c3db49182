// SPDX-License-Identifier: Apache-2.0
// An appliance of the fleet's tests: a fake Azure, a clock that waiting moves, a sink that remembers as a database would.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/cloud.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "fleet/deployment.hpp"
#include "fleet/fake_azure_test.hpp"
#include "fleet/launch.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/worker_id.hpp"
#include "protocol/appliance_link.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "testing/fake_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

class RecordingSink final : public StepSink {
public:
    void report(std::string_view step, StepState state, std::string_view detail) override
    {
        lines.push_back(
            std::string(step) +
            (state == StepState::Done     ? " done "
             : state == StepState::Failed ? " failed "
                                          : " ") +
            std::string(detail)
        );
    }
    Result<void> remember(const std::string& key, const std::string& operation) override
    {
        operations[key] = operation;
        return {};
    }
    Result<std::optional<std::string>> remembered(const std::string& key) override
    {
        const auto found = operations.find(key);
        return found == operations.end() ? std::optional<std::string>() : found->second;
    }
    Result<void> forget(const std::string& key) override
    {
        operations.erase(key);
        return {};
    }

    std::vector<std::string> lines;
    std::map<std::string, std::string> operations;
};

class FleetTest : public ::testing::Test {
protected:
    FleetTest()
    {
        cloud_.resource_manager = "https://management.starkeep.test";
        cloud_.storage_suffix = std::string(kFakeSuffix);
        cloud_.poll_interval = std::chrono::milliseconds(10'000);
        restart();
    }

    /// As a new process finds the world: only Azure and the sink's memory are left.
    void restart()
    {
        const auto wait = [this](std::stop_token, std::chrono::milliseconds pause) {
            clock_.advance(std::chrono::duration_cast<std::chrono::seconds>(pause));
            return true;
        };
        arm_ = std::make_unique<azure::arm::Client>(
            azure_,
            credential_,
            cloud_,
            clock_,
            azure::arm::ClientOptions{.correlation_id = "test", .wait = wait}
        );
        services_ = std::make_unique<Services>(Services{
            .arm = *arm_, .data = azure_, .cloud = cloud_, .clock = clock_, .stop = {}, .wait = wait
        });
    }

    static Deployment deployment()
    {
        return {
            .appliance = ApplianceId::from_hex("0123456789abcdef").value(),
            .subscription = std::string(kFakeSubscription),
            .region = "northeurope",
            .vm_sizes = {"Standard_F4s_v2", "Standard_D4s_v5"},
        };
    }

    static NetworkRequest request()
    {
        return {.deployment = deployment(), .region = "West Europe"};
    }

    LaunchRequest launch(const Network& network)
    {
        if (!directory_) {
            directory_ = sys::TempDir::create("fleet").value();
            bundle_ = directory_->path() / "starkeep-worker-1.0.tar.gz";
            EXPECT_TRUE(sys::write_file_durably(bundle_, as_bytes("the bundle")).ok());
        }
        return {
            .deployment = deployment(),
            .network = network,
            .keys = keys_,
            .signing_key = signing_key_,
            .bundle = bundle_,
        };
    }

    FakeAzure azure_;
    FakeCredential credential_;
    azure::Cloud cloud_;
    FakeClock clock_{std::chrono::sys_seconds(std::chrono::hours(490'000))};
    std::unique_ptr<azure::arm::Client> arm_;
    std::unique_ptr<Services> services_;
    RecordingSink sink_;
    protocol::LinkKeys keys_ = protocol::LinkKeys::generate(
        WorkerId::from_hex("ab12cd34").value(),
        std::chrono::sys_seconds(std::chrono::hours(490'000 + 24 * 365))
    );
    codec::Key256 signing_key_{};
    std::optional<sys::TempDir> directory_;
    std::filesystem::path bundle_;
};

}  // namespace starkeep::fleet
