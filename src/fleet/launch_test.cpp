// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "fleet/collect.hpp"
#include "fleet/fake_azure_test.hpp"
#include "fleet/fixture_test.hpp"
#include "fleet/launch.hpp"
#include "fleet/network_plan.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kVmType = "Microsoft.Compute/virtualMachines";
constexpr std::string_view kNicType = "Microsoft.Network/networkInterfaces";
constexpr std::string_view kDiskType = "Microsoft.Compute/disks";

class LaunchTest : public FleetTest {
protected:
    Network network() { return apply_network(*services_, request(), sink_).value(); }

    void expect_nothing_left() const
    {
        EXPECT_THAT(azure_.names_of(kVmType), IsEmpty());
        EXPECT_THAT(azure_.names_of(kNicType), IsEmpty());
        EXPECT_THAT(azure_.names_of(kDiskType), IsEmpty());
        EXPECT_THAT(azure_.queues(), IsEmpty());
    }
};

TEST_F(LaunchTest, WorkerHasFilesMachineScriptAndQueuesInThisOrder)
{
    const Network net = network();
    sink_.lines.clear();

    ASSERT_OK_AND_LET(const Worker worker, launch_worker(*services_, launch(net), sink_));

    EXPECT_THAT(azure_.names_of(kVmType), ElementsAre("starkeep-worker-ab12cd34"));
    EXPECT_THAT(azure_.blobs(), SizeIs(4));
    EXPECT_THAT(azure_.scripts(), SizeIs(1));
    EXPECT_THAT(
        azure_.queues(),
        ElementsAre(
            net.talk.name + ".queue.core.starkeep.test/starkeep-ab12cd34-events",
            net.talk.name + ".queue.core.starkeep.test/starkeep-ab12cd34-tasks"
        )
    );
    EXPECT_EQ(worker.vm_size, "Standard_F4s_v2");
    const Json vm = azure_.resource(worker.vm_id);
    EXPECT_EQ(
        vm["properties"]["storageProfile"]["imageReference"]["offer"],
        "0001-com-ubuntu-server-jammy"
    );
    EXPECT_EQ(vm["tags"]["starkeep-role"], "worker");
    std::vector<std::string> done;
    for (const std::string& line : sink_.lines) {
        if (line.find(" done ") != std::string::npos) {
            done.push_back(line.substr(0, line.find(' ')));
        }
    }
    EXPECT_THAT(done, ElementsAre("upload", "worker", "bootstrap", "queue"));
}

TEST_F(LaunchTest, ScriptChecksEveryFileTwiceAndReadsByShortSas)
{
    const Network net = network();
    ASSERT_OK(launch_worker(*services_, launch(net), sink_));

    const std::string script = azure_.scripts().front();

    EXPECT_THAT(script, HasSubstr("md5sum -c"));
    EXPECT_THAT(script, HasSubstr("sha256sum -c"));
    EXPECT_THAT(script, HasSubstr("sp=r&"));
    EXPECT_THAT(script, HasSubstr("##RC="));
    for (const std::string& line : sink_.lines) {
        EXPECT_EQ(line.find("sig="), std::string::npos) << line;
    }
}

TEST_F(LaunchTest, SecondLaunchOfTheSameWorkerUploadsAndMakesNothingAnew)
{
    const Network net = network();
    ASSERT_OK(launch_worker(*services_, launch(net), sink_));
    sink_.lines.clear();

    ASSERT_OK(launch_worker(*services_, launch(net), sink_));

    EXPECT_THAT(azure_.names_of(kVmType), SizeIs(1));
    EXPECT_THAT(sink_.lines, Contains(HasSubstr("0 uploaded, 4 there already")));
}

TEST_F(LaunchTest, NextSizeIsTakenWhereTheFirstHasNoCapacity)
{
    const Network net = network();
    azure_.sizes_without_capacity.insert("Standard_F4s_v2");

    ASSERT_OK_AND_LET(const Worker worker, launch_worker(*services_, launch(net), sink_));

    EXPECT_EQ(worker.vm_size, "Standard_D4s_v5");
}

TEST_F(LaunchTest, WithoutAnySizeTheErrorNamesEachAndLeavesNothing)
{
    const Network net = network();
    azure_.sizes_without_capacity = {"Standard_F4s_v2", "Standard_D4s_v5"};

    const auto launched = launch_worker(*services_, launch(net), sink_);

    EXPECT_ERROR(launched, ErrorCode::NoSpace);
    EXPECT_THAT(launched.error().message(), HasSubstr("Standard_D4s_v5"));
    EXPECT_THAT(launched.error().hint(), HasSubstr("Layer: quota."));
    expect_nothing_left();
}

TEST_F(LaunchTest, AnAgentThatNeverReportsEndsInAClearError)
{
    const Network net = network();
    azure_.agent_reports = false;

    const auto launched = launch_worker(*services_, launch(net), sink_);

    EXPECT_ERROR(launched, ErrorCode::TimedOut);
    EXPECT_THAT(launched.error().hint(), HasSubstr("Layer: machine agent. Owner: "));
}

TEST_F(LaunchTest, AHangingRunCommandEndsAtItsDeadline)
{
    const Network net = network();
    azure_.run_command_hangs = true;

    const auto launched = launch_worker(*services_, launch(net), sink_);

    EXPECT_ERROR(launched, ErrorCode::TimedOut);
    EXPECT_THAT(launched.error().hint(), HasSubstr("Layer: run command. Owner: "));
}

TEST_F(LaunchTest, AScriptThatFailsIsToldByItsStage)
{
    const Network net = network();
    azure_.script_output = "curl: (6) Could not resolve host\n##RC=11\n";

    const auto launched = launch_worker(*services_, launch(net), sink_);

    EXPECT_ERROR(launched, ErrorCode::Rejected);
    EXPECT_THAT(launched.error().message(), HasSubstr("could not be downloaded"));
    EXPECT_THAT(launched.error().message(), HasSubstr("Could not resolve host"));
}

TEST_F(LaunchTest, AScriptWithoutItsLastLineHasFailed)
{
    const Network net = network();
    azure_.script_output = "half";

    EXPECT_ERROR(launch_worker(*services_, launch(net), sink_), ErrorCode::Rejected);
}

TEST_F(LaunchTest, ADamagedUploadIsNotLentOut)
{
    const Network net = network();
    azure_.damages_uploads = true;

    EXPECT_ERROR(launch_worker(*services_, launch(net), sink_), ErrorCode::Corrupt);
    EXPECT_THAT(azure_.names_of(kVmType), IsEmpty());
}

TEST_F(LaunchTest, RemovedWorkerLeavesOnlyTheSharedBundle)
{
    const Network net = network();
    ASSERT_OK(launch_worker(*services_, launch(net), sink_));

    ASSERT_OK(remove_worker(*services_, deployment(), net, keys_.worker, sink_));
    ASSERT_OK(remove_worker(*services_, deployment(), net, keys_.worker, sink_));

    expect_nothing_left();
    EXPECT_THAT(azure_.blobs(), ElementsAre(HasSubstr("starkeep-worker-1.0.tar.gz")));
}

TEST_F(LaunchTest, CollectorTakesAWorkerWhoseLeaseHasEndedAndNoOther)
{
    const Network net = network();
    ASSERT_OK_AND_LET(const Worker worker, launch_worker(*services_, launch(net), sink_));
    azure_.put_resource(
        "/subscriptions/" + std::string(kFakeSubscription) +
            "/resourceGroups/theirs/providers/Microsoft.Compute/virtualMachines/"
            "starkeep-worker-00000001",
        {{"location", "westeurope"}, {"tags", {{"starkeep-lease", "2000-01-01T00:00:00Z"}}}}
    );
    ASSERT_OK_AND_LET(const auto early, collect(*services_, {.deployment = deployment()}, sink_));
    EXPECT_THAT(early, IsEmpty());

    clock_.advance(std::chrono::hours(25));
    ASSERT_OK_AND_LET(
        const auto used,
        collect(*services_, {.deployment = deployment(), .in_use = {worker.id}}, sink_)
    );
    EXPECT_THAT(used, IsEmpty());
    ASSERT_OK_AND_LET(const auto late, collect(*services_, {.deployment = deployment()}, sink_));

    EXPECT_THAT(late, SizeIs(::testing::Ge(3)));
    EXPECT_THAT(azure_.names_of(kVmType), ElementsAre("starkeep-worker-00000001"));
    EXPECT_THAT(azure_.queues(), IsEmpty());
}

TEST_F(LaunchTest, RenewedLeaseKeepsTheCollectorAway)
{
    const Network net = network();
    ASSERT_OK_AND_LET(const Worker worker, launch_worker(*services_, launch(net), sink_));
    clock_.advance(std::chrono::hours(23));
    ASSERT_OK(renew_lease(*services_, worker, clock_.now() + std::chrono::hours(24)));
    clock_.advance(std::chrono::hours(2));

    ASSERT_OK_AND_LET(
        const auto leftovers, collect(*services_, {.deployment = deployment()}, sink_)
    );

    EXPECT_THAT(azure_.names_of(kVmType), SizeIs(1));
}

/// A process that dies at any call, its effect done and its answer lost, is followed by one that finishes the work.
TEST_F(LaunchTest, DeathAtAnyCallLeavesNothingThatTheNextRunDoesNotUse)
{
    std::size_t deaths = 0;
    for (std::size_t call = 1; call < 400; ++call) {
        SCOPED_TRACE("death at call " + std::to_string(call));
        FakeAzure& azure = azure_;
        azure.cut_after(call);
        restart();
        const auto first = [&]() -> Result<Worker> {
            TRY_LET(const Network net, apply_network(*services_, request(), sink_));
            return launch_worker(*services_, launch(net), sink_);
        }();
        azure.mend();
        restart();

        ASSERT_OK_AND_LET(const Network net, apply_network(*services_, request(), sink_));
        ASSERT_OK_AND_LET(const Worker worker, launch_worker(*services_, launch(net), sink_));

        EXPECT_THAT(azure.names_of(kVmType), SizeIs(1));
        EXPECT_THAT(azure.names_of(kNicType), SizeIs(1));
        EXPECT_THAT(azure.names_of(kDiskType), SizeIs(1));
        EXPECT_THAT(azure.names_of("Microsoft.Network/virtualNetworks"), SizeIs(1));
        EXPECT_THAT(azure.names_of("Microsoft.Storage/storageAccounts"), SizeIs(2));
        EXPECT_THAT(azure.names_of("Microsoft.Network/privateEndpoints"), SizeIs(3));
        EXPECT_THAT(azure.queues(), SizeIs(2));
        EXPECT_THAT(azure.blobs(), SizeIs(4));
        EXPECT_THAT(sink_.operations, IsEmpty());
        if (first.ok()) {
            break;
        }
        ++deaths;
        ASSERT_OK(remove_worker(*services_, deployment(), net, worker.id, sink_));
        azure.forget_all();
        sink_.operations.clear();
    }
    EXPECT_GT(deaths, 50U);
    EXPECT_LT(deaths, 399U);
}

}  // namespace
}  // namespace starkeep::fleet
