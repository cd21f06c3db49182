// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "localcloud/control_plane_fixture_test.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace starkeep::localcloud {
namespace {

using testing::HasSubstr;

class VirtualMachine : public ControlPlaneTest {
protected:
    Said compute(const std::string& method, const std::string& path, const Json& body = {})
    {
        return call(method, "{RG}/providers/Microsoft.Compute/" + path, "2024-07-01", body);
    }
    static Json machine_body(const std::string& nic = "n")
    {
        Json body{{"location", "westeurope"}};
        Json& properties = body["properties"];
        properties["hardwareProfile"]["vmSize"] = "Standard_F2s_v2";
        properties["storageProfile"]["imageReference"] = Json{
            {"publisher", "Canonical"},
            {"offer", "0001-com-ubuntu-server-jammy"},
            {"sku", "22_04-lts-gen2"},
            {"version", "latest"}
        };
        properties["storageProfile"]["osDisk"] =
            Json{{"name", "m-os"}, {"createOption", "FromImage"}, {"deleteOption", "Delete"}};
        properties["osProfile"] = Json{
            {"computerName", "m"},
            {"adminUsername", "azureuser"},
            {"adminPassword", "Secret-Password-1"}
        };
        Json reference{{"id", id("Microsoft.Network/networkInterfaces/" + nic)}};
        reference["properties"]["deleteOption"] = "Delete";
        properties["networkProfile"]["networkInterfaces"] = Json::array();
        properties["networkProfile"]["networkInterfaces"].push_back(std::move(reference));
        return body;
    }
    void make_machine()
    {
        make_network();
        ASSERT_EQ(network("PUT", "networkInterfaces/n", interface_body()).status, 201);
        ASSERT_EQ(compute("PUT", "virtualMachines/m", machine_body()).status, 201);
    }
    Said poll(const Said& begun, const std::string& header)
    {
        const std::string url =
            begun.headers.find(header).value_or("").substr(settings_.base_url.size());
        return send("GET", url, "", {{"Authorization", "Bearer " + token()}});
    }
    static Json script(const std::string& line)
    {
        Json body{{"commandId", "RunShellScript"}};
        body["script"] = Json::array();
        body["script"].push_back(line);
        return body;
    }
};

TEST_F(VirtualMachine, RunsWithAnAgentOnceItsOperationHasEnded)
{
    make_machine();

    const Said view = compute("GET", "virtualMachines/m/instanceView");

    EXPECT_EQ(view.body["statuses"][0]["code"], "ProvisioningState/succeeded");
    EXPECT_EQ(view.body["statuses"][1]["code"], "PowerState/running");
    EXPECT_EQ(view.body["vmAgent"]["statuses"][0]["displayStatus"], "Ready");
    EXPECT_TRUE(machinery_.has("vm", lower(id("Microsoft.Compute/virtualMachines/m"))));
}

TEST_F(VirtualMachine, NeverShowsItsPasswordAgain)
{
    make_machine();

    const Said said = compute("GET", "virtualMachines/m");

    EXPECT_EQ(json::format(said.body).find("Secret-Password"), std::string::npos);
    EXPECT_EQ(
        text_at(said.body, "properties/storageProfile/imageReference/exactVersion"),
        "22.04.202411250"
    );
}

TEST_F(VirtualMachine, RefusesWhatAzureRefuses)
{
    make_network();
    ASSERT_EQ(network("PUT", "networkInterfaces/n", interface_body()).status, 201);
    struct Case {
        std::string name;
        std::string path;
        Json value;
        std::string code;
    };
    const Case cases[] = {
        {"size", "properties/hardwareProfile/vmSize", "Standard_X1", "InvalidParameter"},
        {"image",
         "properties/storageProfile/imageReference/sku",
         "20_04-lts",
         "PlatformImageNotFound"},
        {"user", "properties/osProfile/adminUsername", "root", "InvalidParameter"},
        {"interface",
         "properties/networkProfile/networkInterfaces",
         Json::array(),
         "InvalidParameter"},
        {"region", "location", "northeurope", "InvalidParameter"},
        {"custom data", "properties/osProfile/customData", "not base64!", "InvalidParameter"},
    };

    for (const Case& one : cases) {
        SCOPED_TRACE(one.name);
        Json body = machine_body();
        make_at(body, one.path) = one.value;
        EXPECT_EQ(compute("PUT", "virtualMachines/m", body).code(), one.code);
    }
    EXPECT_EQ(
        compute("PUT", "virtualMachines/m", machine_body("none")).code(), "InvalidResourceReference"
    );
}

TEST_F(VirtualMachine, CannotHaveAnInterfaceThatAnotherOneHas)
{
    make_machine();

    EXPECT_EQ(compute("PUT", "virtualMachines/o", machine_body()).code(), "NicInUse");
    EXPECT_EQ(network("DELETE", "networkInterfaces/n").code(), "NicInUse");
}

TEST_F(VirtualMachine, CountsAgainstTheQuotaOfItsRegion)
{
    settings_.core_limit = 1;
    restart();
    make_network();
    ASSERT_EQ(network("PUT", "networkInterfaces/n", interface_body()).status, 201);

    const Said said = compute("PUT", "virtualMachines/m", machine_body());

    EXPECT_EQ(said.status, 409);
    EXPECT_EQ(said.code(), "OperationNotAllowed");
    EXPECT_THAT(
        said.text("error/message"), HasSubstr("exceeding approved Total Regional Cores quota")
    );
}

TEST_F(VirtualMachine, TakesInterfaceAndDiskWithItWhenItGoes)
{
    make_machine();

    EXPECT_EQ(compute("DELETE", "virtualMachines/m").status, 202);

    EXPECT_EQ(compute("GET", "virtualMachines/m").status, 404);
    EXPECT_EQ(network("GET", "networkInterfaces/n").status, 404);
    EXPECT_EQ(compute("GET", "disks/m-os").status, 404);
    EXPECT_EQ(compute("DELETE", "virtualMachines/m").status, 204);
}

TEST_F(VirtualMachine, ThatCouldNotBeMadeStaysAsFailed)
{
    make_network();
    ASSERT_EQ(network("PUT", "networkInterfaces/n", interface_body()).status, 201);
    machinery_.fail_next("vm", Error{ErrorCode::NoSpace, "the disk is full"});

    const Said begun = compute("PUT", "virtualMachines/m", machine_body());

    EXPECT_EQ(poll(begun, "Azure-AsyncOperation").text("status"), "Failed");
    EXPECT_EQ(compute("GET", "virtualMachines/m").text("properties/provisioningState"), "Failed");
}

TEST_F(VirtualMachine, GivesBothOutputsOfAScriptInOneMessage)
{
    make_machine();
    machinery_.answer_scripts([](const ShellCommand&) {
        return Result<ShellOutcome>(
            ShellOutcome{.exit_status = 0, .output_tail = "hello\n", .error_tail = "oh\n"}
        );
    });

    const Said begun = compute("POST", "virtualMachines/m/runCommand", script("echo hello"));
    const Said result = poll(begun, "Location");

    EXPECT_EQ(begun.status, 202);
    EXPECT_EQ(result.status, 200);
    EXPECT_EQ(
        result.body["value"][0]["message"], "Enable succeeded: \n[stdout]\nhello\n\n[stderr]\noh\n"
    );
}

TEST_F(VirtualMachine, RunsOneScriptAtATime)
{
    make_machine();
    plan_faults(R"({"faults":[{"operation":"VirtualMachines_RunCommand","never_ends":true}]})");
    const Said begun = compute("POST", "virtualMachines/m/runCommand", script("sleep 1"));

    const Said second = compute("POST", "virtualMachines/m/runCommand", script("true"));

    EXPECT_EQ(poll(begun, "Azure-AsyncOperation").text("status"), "InProgress");
    EXPECT_EQ(second.status, 409);
    EXPECT_THAT(
        second.text("error/message"), HasSubstr("Run command extension execution is in progress")
    );
}

TEST_F(VirtualMachine, RunsNoScriptWhileItIsOff)
{
    make_machine();
    ASSERT_EQ(compute("POST", "virtualMachines/m/deallocate").status, 202);

    EXPECT_EQ(
        compute("POST", "virtualMachines/m/runCommand", script("true")).code(),
        "OperationNotAllowed"
    );
    EXPECT_EQ(
        compute("GET", "virtualMachines/m/instanceView").body["statuses"][1]["code"],
        "PowerState/deallocated"
    );
}

TEST_F(VirtualMachine, TellsTheExitCodeOfAManagedCommand)
{
    make_machine();
    machinery_.answer_scripts([](const ShellCommand&) {
        return Result<ShellOutcome>(
            ShellOutcome{.exit_status = 3, .output_tail = "", .error_tail = "no"}
        );
    });
    Json body{{"location", "westeurope"}};
    body["properties"]["source"]["script"] = "exit 3";

    EXPECT_EQ(compute("PUT", "virtualMachines/m/runCommands/c", body).status, 201);
    const Said said = compute("GET", "virtualMachines/m/runCommands/c?$expand=instanceView");

    EXPECT_EQ(said.text("properties/instanceView/executionState"), "Failed");
    EXPECT_EQ(number_at(said.body, "properties/instanceView/exitCode"), 3);
}

}  // namespace
}  // namespace starkeep::localcloud
