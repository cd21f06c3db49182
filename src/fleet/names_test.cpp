// SPDX-License-Identifier: Apache-2.0
#include "fleet/deployment.hpp"
#include "fleet/names.hpp"
#include "fleet/worker_id.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace starkeep::fleet {
namespace {

Deployment deployment()
{
    return {
        .appliance = ApplianceId::from_hex("0123456789abcdef").value(),
        .subscription = "11111111-2222-3333-4444-555555555555",
        .region = "westeurope",
    };
}

TEST(StorageAccountName, FollowsFromApplianceSubscriptionRegionAndAttemptAlone)
{
    const std::string name = storage_account_name(deployment(), "westeurope", 0);

    EXPECT_EQ(name.size(), 21U);
    EXPECT_EQ(name.substr(0, 11), "skp01234567");
    EXPECT_EQ(name, storage_account_name(deployment(), "westeurope", 0));
    EXPECT_NE(name, storage_account_name(deployment(), "westeurope", 1));
    EXPECT_NE(name, storage_account_name(deployment(), "northeurope", 0));
}

TEST(WorkerNames, LeadBackToTheirWorker)
{
    const WorkerId id = WorkerId::from_hex("ab12cd34").value();
    const WorkerNames names = worker_names(id);

    EXPECT_EQ(names.vm, "starkeep-worker-ab12cd34");
    EXPECT_EQ(names.tasks_queue, "starkeep-ab12cd34-tasks");
    for (const std::string& name :
         {names.vm,
          names.interface,
          names.disk,
          names.tasks_queue,
          names.events_queue,
          names.files_prefix + "worker.json"}) {
        EXPECT_EQ(worker_of(name), id) << name;
    }
    for (const std::string_view other :
         {"",
          "starkeep-worker",
          "starkeep-worker-ab12cd3",
          "starkeep-worker-ab12cd34-x",
          "starkeep-ab12cd34",
          "starkeep-zz12cd34-tasks",
          "ab12cd3/worker.json"}) {
        EXPECT_FALSE(worker_of(other)) << other;
    }
}

TEST(EndpointName, StaysWithinSixtyFourCharactersAndUnique)
{
    EXPECT_EQ(endpoint_name("skp0123", "blob"), "skp0123-blob");
    const std::string long_name(80, 'a');
    EXPECT_EQ(endpoint_name(long_name, "blob").size(), 64U);
    EXPECT_NE(endpoint_name(long_name, "blob"), endpoint_name(long_name, "queue"));
}

TEST(Deployment, IsRefusedNamingTheSettingThatIsWrong)
{
    EXPECT_OK(check(deployment()));

    Deployment without_room = deployment();
    without_room.address_pool = "10.0.0.0/25";
    EXPECT_ERROR(check(without_room), ErrorCode::InvalidInput);

    Deployment public_pool = deployment();
    public_pool.address_pool = "20.0.0.0/16";
    EXPECT_ERROR(check(public_pool), ErrorCode::InvalidInput);

    Deployment without_size = deployment();
    without_size.vm_sizes.clear();
    EXPECT_ERROR(check(without_size), ErrorCode::InvalidInput);

    Deployment displayed_region = deployment();
    displayed_region.region = "West Europe";
    EXPECT_ERROR(check(displayed_region), ErrorCode::InvalidInput);
}

TEST(Bootstrap, IsFoundByTheNameItHas)
{
    for (const Bootstrap way :
         {Bootstrap::RunCommand, Bootstrap::ManagedRunCommand, Bootstrap::CloudInit}) {
        EXPECT_EQ(find_bootstrap(name(way)), way);
    }
    EXPECT_FALSE(find_bootstrap("ssh"));
}

}  // namespace
}  // namespace starkeep::fleet
