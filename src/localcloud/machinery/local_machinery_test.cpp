// SPDX-License-Identifier: Apache-2.0
// The facts themselves: real namespaces, Azurite, PostgreSQL and machines. Needs root, tools/azurite.sh and
// tools/localcloud/vm_root.sh; says so where one is missing.
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/certificate.hpp"
#include "http/message.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/enter.hpp"
#include "localcloud/machinery/local_machinery.hpp"
#include "sys/clock.hpp"
#include "sys/environment.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::localcloud {
namespace {

const std::string kKey =
    "c3RhcmtlZXAtdGVzdC1rZXktb2YtNjQtYnl0ZXMtZm9yLWF6dXJpdGUtYWNjb3VudHMtMDEyMzQ1Njc4OQ==";
const FactId kOne = "/vnet/one";
const FactId kOther = "/vnet/other";
const FactId kWorkers = "/vnet/one/workers";
const FactId kOpen = "/vnet/other/open";
const FactId kAccount = "/account";
const FactId kVm = "/vm";
const FactId kOtherVm = "/vm/other";
const std::string kBlobUrl = "https://acc.blob.core.starkeep.test/?comp=list";

std::filesystem::path bin_folder()
{
    return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

std::filesystem::path build_folder()
{
    return bin_folder().parent_path().parent_path();
}

std::filesystem::path azurite()
{
    return build_folder() / "azurite/node_modules/.bin/azurite";
}

std::filesystem::path vm_image()
{
    return build_folder() / "vm-root/root";
}

StorageFact account(AccessRules access = {})
{
    return {
        .id = kAccount,
        .account = "acc",
        .region = "westeurope",
        .key1 = Secret(kKey),
        .key2 = Secret(kKey),
        .access = std::move(access)
    };
}

VmFact machine(const FactId& id, const FactId& network_interface)
{
    return {
        .id = id,
        .name = "worker",
        .computer_name = "worker-host",
        .region = "westeurope",
        .size = "Standard_F4s_v2",
        .admin_user = "azureuser",
        .interfaces = {network_interface}
    };
}

ZoneFact blob_zone(std::vector<AddressRecord> records, std::vector<FactId> networks)
{
    return {
        .id = "/zone",
        .name = "privatelink.blob.core.starkeep.test",
        .records = std::move(records),
        .networks = std::move(networks)
    };
}

/// A cloud with two networks of the same address space, a machine in each, and an account with an endpoint in the first.
class LocalCloud : public ::testing::Test {
protected:
    static void SetUpTestSuite()
    {
        if (::geteuid() != 0 || !std::filesystem::exists(azurite()) ||
            !std::filesystem::exists(vm_image())) {
            return;
        }
        const std::chrono::sys_seconds now = sys::system_clock().now();
        authority_ = std::make_unique<codec::CertificateAuthority>(
            codec::CertificateAuthority::create(
                {.common_name = "Test CA", .from = now, .lifetime = std::chrono::hours(24)}
            )
                .value()
        );
        state_ =
            std::make_unique<sys::TempDir>(sys::TempDir::create("starkeep-cloud", "/tmp").value());
        folder_ = state_->path();
        std::filesystem::permissions(folder_, std::filesystem::perms(0755));
        begin();
    }
    static void TearDownTestSuite()
    {
        cloud_.reset();
        state_.reset();
        authority_.reset();
    }
    void SetUp() override
    {
        if (::geteuid() != 0) {
            GTEST_SKIP() << "namespaces need the rights of root";
        }
        if (!std::filesystem::exists(azurite()) || !std::filesystem::exists(vm_image())) {
            GTEST_SKIP() << "run tools/azurite.sh and tools/localcloud/vm_root.sh first";
        }
        ASSERT_NE(cloud_, nullptr) << failure_;
    }

    static void begin()
    {
        if (const Result<void> made = make_cloud(); !made.ok()) {
            failure_ = made.error().text();
            cloud_.reset();
        }
    }
    static Result<void> make_cloud()
    {
        TRY_LET(
            cloud_,
            make_machinery({
                .state_dir = folder_,
                .authority = *authority_,
                .storage_suffix = "core.starkeep.test",
                .postgres_suffix = "postgres.cosmos.starkeep.test",
                .azurite = azurite(),
                .vm_image = vm_image(),
                .vm_init = bin_folder() / "starkeep-vm-init",
            })
        );
        cloud_->serve_metadata([](const FactId& vm, const http::Request& request) {
            return http::Response{.status = 200, .body = to_bytes(vm + " asks " + request.url)};
        });
        TRY(cloud_->put_network(
            {.id = kOne, .region = "westeurope", .address_prefixes = {"10.50.0.0/16"}}
        ));
        TRY(cloud_->put_network(
            {.id = kOther, .region = "northeurope", .address_prefixes = {"10.50.0.0/16"}}
        ));
        TRY(cloud_->put_subnet({.id = kWorkers, .network = kOne, .address_prefix = "10.50.1.0/24"})
        );
        TRY(cloud_->put_subnet(
            {.id = kOpen,
             .network = kOther,
             .address_prefix = "10.50.1.0/24",
             .reaches_internet = true}
        ));
        TRY(cloud_->put_interface({.id = "/nic", .subnet = kWorkers, .address = "10.50.1.4"}));
        TRY(cloud_->put_interface({.id = "/nic/other", .subnet = kOpen, .address = "10.50.1.4"}));
        TRY(cloud_->put_storage_account(account()));
        TRY(cloud_->put_endpoint(
            {.id = "/pe",
             .subnet = kWorkers,
             .address = "10.50.1.5",
             .kind = ServiceKind::Blob,
             .target = kAccount}
        ));
        TRY(cloud_->put_vm(machine(kVm, "/nic")));
        return cloud_->put_vm(machine(kOtherVm, "/nic/other"));
    }
    static ShellOutcome in(const FactId& vm, const std::string& script)
    {
        const Result<ShellOutcome> ran = cloud_->run_command(vm, {.script = script}, {});
        ShellOutcome failed;
        failed.error_tail = ran.ok() ? "" : ran.error().text();
        return ran.ok() ? *ran : failed;
    }
    static std::string address_of_blob(const FactId& vm)
    {
        return in(vm, "getent ahostsv4 acc.blob.core.starkeep.test | head -1 | cut -d' ' -f1")
            .output_tail;
    }
    /// The status that the account's blob service answers with; "000" when it cannot be reached.
    static std::string ask_blob(const FactId& vm)
    {
        return in(vm, "curl -sS -m 3 -o /dev/null -w '%{http_code}' '" + kBlobUrl + "'")
            .output_tail;
    }

    /// This program with one of its disabled tests, which are the other processes that a test needs.
    static sys::Command self(const std::string& test)
    {
        return {
            .arguments =
                {std::filesystem::read_symlink("/proc/self/exe").string(),
                 "--gtest_also_run_disabled_tests",
                 "--gtest_filter=" + test}
        };
    }
    /// What a command of the host says inside.
    static std::string
    inside(const std::string& place, const std::string& id, const std::string& script)
    {
        sys::Command command = self("OtherProcess.DISABLED_BecomesACommandInside");
        command.environment = {
            {"STARKEEP_TEST_STATE", folder_},
            {"STARKEEP_TEST_PLACE", place},
            {"STARKEEP_TEST_ID", id},
            {"STARKEEP_TEST_SCRIPT", script}
        };
        std::string said;
        const Result<sys::ProcessResult> ran = sys::run_process(
            command,
            [&](ByteView bytes) -> Result<void> {
                said += as_text(bytes);
                return {};
            },
            {}
        );
        return said + (ran.ok() ? ran->error_output : ran.error().text());
    }
    static std::string processes_of(const std::filesystem::path& state)
    {
        std::string found;
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
            const auto line = sys::read_file(entry.path() / "cmdline", 1U << 20U);
            if (line.ok() && as_text(*line).find(state.string()) != std::string_view::npos) {
                found +=
                    entry.path().filename().string() + " " + std::string(as_text(*line)) + "\n";
            }
        }
        return found;
    }

    static inline std::unique_ptr<codec::CertificateAuthority> authority_;
    static inline std::unique_ptr<sys::TempDir> state_;
    static inline std::filesystem::path folder_;
    static inline std::unique_ptr<Machinery> cloud_;
    static inline std::string failure_;
};

TEST_F(LocalCloud, ReachesBlobPrivatelyOnlyWithZoneLinkAndRecord)
{
    const AddressRecord record{
        .name = "acc", .ttl = std::chrono::seconds(10), .addresses = {"10.50.1.5"}
    };

    ASSERT_OK(cloud_->remove_zone("/zone"));
    EXPECT_TRUE(address_of_blob(kVm).starts_with("198.51.100."));
    EXPECT_EQ(ask_blob(kVm), "000");

    ASSERT_OK(cloud_->put_zone(blob_zone({record}, {kOther})));
    EXPECT_EQ(ask_blob(kVm), "000");

    ASSERT_OK(cloud_->put_zone(blob_zone({}, {kOne})));
    EXPECT_EQ(address_of_blob(kVm), "");

    ASSERT_OK(cloud_->put_zone(blob_zone({record}, {kOne})));
    EXPECT_EQ(address_of_blob(kVm), "10.50.1.5\n");
    EXPECT_EQ(ask_blob(kVm), "403") << in(kVm, "curl -sSv '" + kBlobUrl + "'").error_tail;
}

TEST_F(LocalCloud, KeepsTheInternetOutWherePublicAccessIsOff)
{
    ASSERT_OK(cloud_->remove_zone("/zone"));
    // Azurite names itself; whom the rules keep out never gets that far.
    const std::string ask = "curl -sS -m 10 -D - '" + kBlobUrl + "'";
    EXPECT_NE(in(kOtherVm, ask).output_tail.find("Azurite"), std::string::npos);

    ASSERT_OK(cloud_->put_storage_account(account({.is_public = false})));
    const std::string refused = in(kOtherVm, ask).output_tail;
    EXPECT_NE(refused.find("<Code>AuthorizationFailure</Code>"), std::string::npos) << refused;
    EXPECT_EQ(refused.find("Azurite"), std::string::npos) << refused;

    ASSERT_OK(cloud_->put_storage_account(account()));
    EXPECT_NE(in(kOtherVm, ask).output_tail.find("Azurite"), std::string::npos);
}

TEST_F(LocalCloud, HasNothingBehindAnEndpointThatIsNotApproved)
{
    const std::string ask = "exec 3<>/dev/tcp/10.50.1.9/443 && echo open";
    EndpointFact pending{
        .id = "/pe/pending",
        .subnet = kWorkers,
        .address = "10.50.1.9",
        .kind = ServiceKind::Queue,
        .target = kAccount,
        .approved = false
    };

    ASSERT_OK(cloud_->put_endpoint(pending));
    EXPECT_EQ(in(kVm, ask).output_tail, "");

    pending.approved = true;
    ASSERT_OK(cloud_->put_endpoint(pending));
    EXPECT_EQ(in(kVm, ask).output_tail, "open\n");

    ASSERT_OK(cloud_->remove_endpoint("/pe/pending"));
    EXPECT_EQ(in(kVm, ask).output_tail, "");
}

TEST_F(LocalCloud, KeepsNetworksOfTheSameAddressesApart)
{
    // 10.50.1.5 is the endpoint in the one network and nothing in the other.
    const std::string ask = "timeout 2 bash -c 'exec 3<>/dev/tcp/10.50.1.5/443' && echo open";

    EXPECT_EQ(in(kVm, ask).output_tail, "open\n");
    EXPECT_EQ(in(kOtherVm, ask).output_tail, "");
}

TEST_F(LocalCloud, ConnectsNetworksThatNameEachOtherAsPeers)
{
    const FactId peer = "/vnet/peer";
    const std::string ask = "timeout 2 bash -c 'exec 3<>/dev/tcp/10.60.1.5/443' && echo open";
    const NetworkFact one{
        .id = kOne, .region = "westeurope", .address_prefixes = {"10.50.0.0/16"}, .peers = {peer}
    };
    NetworkFact other{.id = peer, .region = "westeurope", .address_prefixes = {"10.60.0.0/16"}};
    ASSERT_OK(cloud_->put_network(other));
    ASSERT_OK(cloud_->put_subnet(
        {.id = "/vnet/peer/s", .network = peer, .address_prefix = "10.60.1.0/24"}
    ));
    ASSERT_OK(cloud_->put_endpoint(
        {.id = "/pe/peer",
         .subnet = "/vnet/peer/s",
         .address = "10.60.1.5",
         .kind = ServiceKind::Blob,
         .target = kAccount}
    ));

    ASSERT_OK(cloud_->put_network(one));
    EXPECT_EQ(in(kVm, ask).output_tail, "");

    other.peers = {kOne};
    ASSERT_OK(cloud_->put_network(other));
    EXPECT_EQ(in(kVm, ask).output_tail, "open\n");

    ASSERT_OK(cloud_->remove_endpoint("/pe/peer"));
    ASSERT_OK(cloud_->remove_network(peer));
    EXPECT_EQ(in(kVm, ask).output_tail, "");
}

TEST_F(LocalCloud, ServesMetadataThatKnowsTheMachine)
{
    EXPECT_EQ(
        in(kVm, "curl -s http://169.254.169.254/metadata/instance").output_tail,
        "/vm asks /metadata/instance"
    );
}

TEST_F(LocalCloud, RunsAScriptAsRootWithoutInputAndWithTheGivenVariablesOnly)
{
    const ShellCommand command{
        .script = "id -u; hostname; cat; echo \"$GIVEN\"; env | wc -l; echo oops >&2; exit 7",
        .environment = {{"GIVEN", "it's \"given\" $HOME"}}
    };

    ASSERT_OK_AND_LET(const ShellOutcome ran, cloud_->run_command(kVm, command, {}));

    EXPECT_EQ(ran.exit_status, 7);
    EXPECT_EQ(ran.output_tail.substr(0, 33), "0\nworker-host\nit's \"given\" $HOME\n");
    EXPECT_EQ(ran.error_tail, "oops\n");
}

TEST_F(LocalCloud, KeepsTheLastWordsOfAScript)
{
    const ShellOutcome ran = in(kVm, "for i in $(seq 5000); do echo $i; done");

    EXPECT_EQ(ran.output_tail.size(), 4096U);
    EXPECT_TRUE(ran.output_tail.ends_with("\n5000\n"));
}

TEST_F(LocalCloud, EndsAScriptAtItsLimit)
{
    const ShellCommand command{.script = "echo begun; sleep 60", .limit = std::chrono::seconds(1)};

    ASSERT_OK_AND_LET(const ShellOutcome ran, cloud_->run_command(kVm, command, {}));

    EXPECT_TRUE(ran.timed_out);
    EXPECT_EQ(ran.output_tail, "begun\n");
    EXPECT_EQ(in(kVm, "pgrep -x sleep || grep -l sleep /proc/[0-9]*/comm").output_tail, "");
}

TEST_F(LocalCloud, HonoursAUnitOfSystemdAlsoAfterARestart)
{
    const ShellOutcome ran =
        in(kVm,
           "cat >/etc/systemd/system/tick.service <<'UNIT'\n"
           "[Unit]\nDescription=Ticks\n"
           "[Service]\nEnvironment=WORD=tick\n"
           "ExecStart=/bin/bash -c 'echo ${WORD} >>/var/ticks; exec sleep 1000'\n"
           "Restart=always\nRestartSec=100ms\n"
           "[Install]\nWantedBy=multi-user.target\nUNIT\n"
           "systemctl daemon-reload && systemctl enable --now tick && systemctl is-active tick\n");
    EXPECT_EQ(ran.exit_status, 0) << ran.error_tail << ran.output_tail;
    EXPECT_TRUE(ran.output_tail.ends_with("active\n")) << ran.output_tail;

    ASSERT_OK(cloud_->stop_vm(kVm));
    EXPECT_ERROR(cloud_->run_command(kVm, {.script = "true"}, {}), ErrorCode::Unavailable);
    ASSERT_OK(cloud_->start_vm(kVm));

    EXPECT_EQ(
        in(kVm,
           "for i in $(seq 50); do [ $(wc -l </var/ticks) -gt 1 ] && break; sleep 0.1; done; sort "
           "-u /var/ticks; systemctl is-active tick")
            .output_tail,
        "tick\nactive\n"
    );
    EXPECT_EQ(in(kVm, "systemctl stop tick; systemctl is-active tick").output_tail, "inactive\n");
    EXPECT_NE(in(kVm, "systemctl start absent").exit_status, 0);
}

TEST_F(LocalCloud, HasNoMoreOfAMachineThatIsRemoved)
{
    ASSERT_OK(cloud_->put_interface({.id = "/nic/3", .subnet = kWorkers, .address = "10.50.1.7"}));
    ASSERT_OK(cloud_->put_vm(machine("/vm/3", "/nic/3")));
    EXPECT_EQ(in("/vm/3", "echo here >/root/mark; cat /root/mark").output_tail, "here\n");

    ASSERT_OK(cloud_->remove_vm("/vm/3"));
    EXPECT_ERROR(cloud_->run_command("/vm/3", {.script = "true"}, {}), ErrorCode::NotFound);

    ASSERT_OK(cloud_->put_vm(machine("/vm/3", "/nic/3")));
    EXPECT_EQ(in("/vm/3", "cat /root/mark").output_tail, "");
    ASSERT_OK(cloud_->remove_vm("/vm/3"));
}

TEST_F(LocalCloud, HasAClusterThatSpeaksTlsBehindItsEndpoint)
{
    const std::string host = "c-shop.abcdefghijklmn.postgres.cosmos.starkeep.test";
    // PostgreSQL answers S to a request for TLS.
    const std::string ask = "exec 3<>/dev/tcp/" + host +
                            "/5432; printf '\\0\\0\\0\\10\\4\\322\\26\\57' >&3; head -c 1 <&3";
    const auto cluster = [&](std::string password) {
        return ClusterFact{
            .id = "/cluster",
            .name = "shop",
            .host = host,
            .region = "westeurope",
            .admin_login = "citus",
            .admin_password = Secret(std::move(password)),
            .version = "15",
            .access = {.is_public = false}
        };
    };
    ASSERT_OK(cloud_->put_cluster(cluster("it's secret")));
    EXPECT_EQ(in(kOtherVm, ask).output_tail, "");

    ASSERT_OK(cloud_->put_endpoint(
        {.id = "/pe/cluster",
         .subnet = kWorkers,
         .address = "10.50.1.6",
         .kind = ServiceKind::PostgresCluster,
         .target = "/cluster"}
    ));
    ASSERT_OK(cloud_->put_zone(
        {.id = "/zone/postgres",
         .name = "privatelink.postgres.cosmos.starkeep.test",
         .records = {{.name = "c-shop.abcdefghijklmn", .ttl = {}, .addresses = {"10.50.1.6"}}},
         .networks = {kOne}}
    ));
    EXPECT_EQ(in(kVm, ask).output_tail, "S") << in(kVm, ask).error_tail;

    ASSERT_OK(cloud_->stop_cluster("/cluster"));
    EXPECT_EQ(in(kVm, ask).output_tail, "");
    ASSERT_OK(cloud_->start_cluster("/cluster"));
    EXPECT_EQ(in(kVm, ask).output_tail, "S");
    ASSERT_OK(cloud_->remove_cluster("/cluster"));
}

TEST_F(LocalCloud, BringsItsFactsBackWithTheSamePuts)
{
    ASSERT_EQ(in(kVm, "echo kept >/root/kept").exit_status, 0);

    cloud_.reset();
    begin();

    ASSERT_NE(cloud_, nullptr) << failure_;
    EXPECT_EQ(in(kVm, "cat /root/kept").output_tail, "kept\n");
    ASSERT_OK(cloud_->put_zone(
        blob_zone({{.name = "acc", .ttl = {}, .addresses = {"10.50.1.5"}}}, {kOne})
    ));
    EXPECT_EQ(ask_blob(kVm), "403");
}

TEST_F(LocalCloud, LetsCommandsOfTheHostIntoANetwork)
{
    ASSERT_OK(cloud_->put_zone(
        blob_zone({{.name = "acc", .ttl = {}, .addresses = {"10.50.1.5"}}}, {kOne})
    ));
    const std::string ask =
        "ip -4 -o addr show eth0 | grep -o '10.50.1.254'; getent ahostsv4 "
        "acc.blob.core.starkeep.test | head -1 | cut -d' ' -f1; test -e /proc/1 && echo files";

    const std::string said = inside("network", kOne, ask);

    EXPECT_NE(said.find("10.50.1.254\n10.50.1.5\nfiles\n"), std::string::npos) << said;
}

TEST_F(LocalCloud, LetsCommandsOfTheHostIntoTheInternetAndIntoMachines)
{
    ASSERT_OK(cloud_->remove_zone("/zone"));

    const std::string outside = inside(
        "internet", "yes", "curl -ksS -m 5 -D - 'https://acc.blob.core.starkeep.test/?comp=list'"
    );
    EXPECT_NE(outside.find("Azurite"), std::string::npos) << outside;

    const std::string machine = inside("vm", kVm, "hostname; cat /etc/debian_version");
    EXPECT_NE(machine.find("worker-host\n11."), std::string::npos) << machine;

    const std::string nowhere = inside("network", "/no/such", "true");
    EXPECT_NE(nowhere.find("network or subnet /no/such is not there"), std::string::npos)
        << nowhere;
}

TEST_F(LocalCloud, LeavesNothingWhenItIsKilled)
{
    cloud_.reset();
    sys::Command command = self("OtherCloud.DISABLED_IsKilled");
    command.environment.emplace_back("STARKEEP_TEST_STATE", folder_);
    std::string said;

    ASSERT_OK(sys::run_process(
        command,
        [&](ByteView bytes) -> Result<void> {
            said += as_text(bytes);
            return {};
        },
        {}
    ));

    EXPECT_NE(said.find("the cloud is up"), std::string::npos) << said;
    bool is_gone = false;
    for (int i = 0; i < 100 && !is_gone; ++i) {
        is_gone = processes_of(folder_).empty();
        sys::wait_for({}, std::chrono::milliseconds(50));
    }
    EXPECT_TRUE(is_gone) << processes_of(folder_);
    const auto mounts = sys::read_file("/proc/self/mounts", 1U << 20U);
    ASSERT_OK(mounts);
    EXPECT_EQ(as_text(*mounts).find(folder_.string()), std::string_view::npos);

    begin();
    ASSERT_NE(cloud_, nullptr) << failure_;
    EXPECT_EQ(in(kVm, "echo again").output_tail, "again\n");
}

TEST_F(LocalCloud, RefusesASecondOneOnTheSameState)
{
    EXPECT_ERROR(
        make_machinery(
            {.state_dir = folder_,
             .authority = *authority_,
             .storage_suffix = "core.starkeep.test",
             .postgres_suffix = "postgres.cosmos.starkeep.test"}
        ),
        ErrorCode::Exists
    );
}

/// Not tests: LocalCloud's tests run them as processes of their own.
TEST(OtherProcess, DISABLED_BecomesACommandInside)
{
    const std::string place = sys::get_env("STARKEEP_TEST_PLACE").value_or("");
    const std::string id = sys::get_env("STARKEEP_TEST_ID").value_or("");
    EnterRequest request;
    request.vm = place == "vm" ? id : "";
    request.network = place == "network" ? id : "";
    request.internet = place == "internet";

    const Error failed = run_inside(
        sys::get_env("STARKEEP_TEST_STATE").value_or(""),
        request,
        {"/bin/bash", "-c", sys::get_env("STARKEEP_TEST_SCRIPT").value_or("")}
    );

    FAIL() << failed.text();
}

class OtherCloud : public LocalCloud {
protected:
    static void SetUpTestSuite()
    {
        const std::chrono::sys_seconds now = sys::system_clock().now();
        authority_ = std::make_unique<codec::CertificateAuthority>(
            codec::CertificateAuthority::create(
                {.common_name = "Test CA", .from = now, .lifetime = std::chrono::hours(24)}
            )
                .value()
        );
        folder_ = sys::get_env("STARKEEP_TEST_STATE").value_or("");
        begin();
    }
};

TEST_F(OtherCloud, DISABLED_IsKilled)
{
    ASSERT_NE(cloud_, nullptr) << failure_;
    static_cast<void>(std::puts("the cloud is up"));
    static_cast<void>(std::fflush(stdout));
    static_cast<void>(::kill(::getpid(), SIGKILL));
}

}  // namespace
}  // namespace starkeep::localcloud
