# SPDX-License-Identifier: Apache-2.0
"""The whole order of calls of a backup by a worker, at the control plane, by an independent client."""

NETWORK = "2024-03-01"
DNS = "2024-06-01"
STORAGE = "2023-05-01"
COMPUTE = "2024-07-01"
GROUPS = "2024-07-01"
REGION = "westeurope"


def made(arm, reply, *statuses):
    """The reply had one of the statuses, and its operation succeeded."""
    assert reply.status in statuses, (reply.status, reply.body)
    last = arm.finish(reply)
    assert (last.body or {}).get("status", "Succeeded") == "Succeeded", last.body
    return reply


def make_network(arm, group):
    made(arm, arm.call("PUT", group, GROUPS, {"location": REGION, "tags": {"starkeep-role": "network"}}), 201)
    network = f"{group}/providers/Microsoft.Network/virtualNetworks/v"
    body = {"location": REGION, "properties": {"addressSpace": {"addressPrefixes": ["10.50.0.0/16"]}}}
    made(arm, arm.call("PUT", network, NETWORK, body), 201)
    subnet = f"{network}/subnets/workers"
    body = {"properties": {"addressPrefix": "10.50.0.0/24", "privateEndpointNetworkPolicies": "Disabled"}}
    made(arm, arm.call("PUT", subnet, NETWORK, body), 201)
    return network, subnet


def make_account(arm, group, name):
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/{name}"
    body = {"location": REGION, "kind": "StorageV2", "sku": {"name": "Standard_LRS"},
            "tags": {"starkeep-role": "storage"}, "properties": {"publicNetworkAccess": "Disabled"}}
    made(arm, arm.call("PUT", account, STORAGE, body), 202)
    return account


def make_endpoint(arm, group, network, subnet, account, kind):
    """Endpoint, zone, link and zone group, as one service of an account needs them."""
    endpoint = f"{group}/providers/Microsoft.Network/privateEndpoints/e-{kind}"
    connection = {"name": "c", "properties": {"privateLinkServiceId": account, "groupIds": [kind]}}
    body = {"location": REGION, "properties": {"subnet": {"id": subnet}, "privateLinkServiceConnections": [connection]}}
    made(arm, arm.call("PUT", endpoint, NETWORK, body), 201)
    zone = f"{group}/providers/Microsoft.Network/privateDnsZones/privatelink.{kind}.{arm.cloud['storage_suffix']}"
    made(arm, arm.call("PUT", zone, DNS, {"location": "global"}, {"If-None-Match": "*"}), 202)
    body = {"location": "global", "properties": {"virtualNetwork": {"id": network}, "registrationEnabled": False}}
    made(arm, arm.call("PUT", f"{zone}/virtualNetworkLinks/v", DNS, body), 202)
    config = {"name": kind, "properties": {"privateDnsZoneId": zone}}
    group_body = {"properties": {"privateDnsZoneConfigs": [config]}}
    made(arm, arm.call("PUT", f"{endpoint}/privateDnsZoneGroups/default", NETWORK, group_body), 201)
    return endpoint, zone


def make_machine(arm, group, subnet):
    nic = f"{group}/providers/Microsoft.Network/networkInterfaces/w-nic"
    body = {"location": REGION, "properties": {"ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": subnet}}}]}}
    made(arm, arm.call("PUT", nic, NETWORK, body), 201)
    machine = f"{group}/providers/Microsoft.Compute/virtualMachines/w"
    image = {"publisher": "Canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts-gen2", "version": "latest"}
    keys = {"publicKeys": [{"keyData": "ssh-ed25519 AAAA"}]}
    body = {"location": REGION, "properties": {
        "hardwareProfile": {"vmSize": "Standard_F2s_v2"},
        "storageProfile": {"imageReference": image,
                           "osDisk": {"name": "w-os", "createOption": "FromImage", "deleteOption": "Delete"}},
        "osProfile": {"computerName": "w", "adminUsername": "azureuser",
                      "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": keys}},
        "networkProfile": {"networkInterfaces": [{"id": nic, "properties": {"deleteOption": "Delete"}}]}}}
    made(arm, arm.call("PUT", machine, COMPUTE, body), 201)
    return machine


def test_the_flow_ends_with_everything_in_place_and_goes_away_again(cloud):
    arm = cloud.start()
    group = f"{arm.subscription}/resourceGroups/starkeep-{REGION}"
    network, subnet = make_network(arm, group)
    account = make_account(arm, group, "skpflow")
    for kind in ("blob", "queue"):
        endpoint, zone = make_endpoint(arm, group, network, subnet, account, kind)
        record = arm.call("GET", f"{zone}/A/skpflow", DNS).body
        address = record["properties"]["aRecords"][0]["ipv4Address"]
        assert address.startswith("10.50.0.")
        connections = arm.call("GET", endpoint, NETWORK).body["properties"]["privateLinkServiceConnections"]
        assert connections[0]["properties"]["privateLinkServiceConnectionState"]["status"] == "Approved"
    machine = make_machine(arm, group, subnet)
    view = arm.call("GET", f"{machine}/instanceView", COMPUTE).body
    assert view["vmAgent"]["statuses"][0]["displayStatus"] == "Ready"
    assert len(arm.call("POST", f"{account}/listKeys", STORAGE).body["keys"]) == 2

    made(arm, arm.call("DELETE", machine, COMPUTE), 202)

    assert arm.call("GET", f"{group}/providers/Microsoft.Network/networkInterfaces/w-nic", NETWORK).status == 404
    made(arm, arm.call("DELETE", group, GROUPS), 202)
    assert arm.call("HEAD", group, GROUPS).status == 404


def test_a_script_without_a_machine_behind_fails_in_its_operation(cloud):
    arm = cloud.start()
    group = f"{arm.subscription}/resourceGroups/g"
    _, subnet = make_network(arm, group)
    machine = make_machine(arm, group, subnet)

    reply = arm.call("POST", f"{machine}/runCommand", COMPUTE, {"commandId": "RunShellScript", "script": ["true"]})

    assert reply.status == 202
    assert arm.finish(reply).body["status"] == "Failed"


def test_resources_and_identities_outlive_the_process(cloud):
    arm = cloud.start()
    group = f"{arm.subscription}/resourceGroups/g"
    network, _ = make_network(arm, group)
    cloud.stop()

    again = cloud.start()

    assert again.cloud == arm.cloud
    assert again.credentials == arm.credentials
    assert again.call("GET", network, NETWORK).body["properties"]["subnets"][0]["name"] == "workers"


def test_a_planned_quota_error_is_seen_once(cloud):
    arm = cloud.start()
    cloud.plan({"operation": "ResourceGroups_CreateOrUpdate",
                "answer": {"status": 429, "code": "TooManyRequests", "message": "slow", "retry_after": 5}})
    group = f"{arm.subscription}/resourceGroups/g"

    first = arm.call("PUT", group, GROUPS, {"location": REGION})
    second = arm.call("PUT", group, GROUPS, {"location": REGION})

    assert (first.status, first.code, first.headers["Retry-After"]) == (429, "TooManyRequests", "5")
    assert second.status == 201


def test_the_log_tells_the_calls_in_their_order_without_secrets(cloud):
    arm = cloud.start()
    group = f"{arm.subscription}/resourceGroups/g"
    make_network(arm, group)

    log = cloud.log()

    writes = [line["operation"] for line in log if line["kind"] == "call" and line["method"] == "PUT"]
    assert writes == ["ResourceGroups_CreateOrUpdate", "VirtualNetworks_CreateOrUpdate", "Subnets_CreateOrUpdate"]
    assert [line["n"] for line in log] == sorted(line["n"] for line in log)
    assert arm.credentials["client_secret"] not in str(log)
    assert arm.token not in str(log)


def test_wrong_secrets_and_foreign_tokens_are_refused(cloud):
    arm = cloud.start()

    wrong = arm.sign_in(client_secret="x")
    arm.token = arm.sign_in(scope="https://storage.azure.com/.default").body["access_token"]
    foreign = arm.call("GET", "/subscriptions", "2022-12-01")

    assert (wrong.status, wrong.body["error"], wrong.body["error_codes"]) == (401, "invalid_client", [7000215])
    assert (foreign.status, foreign.code) == (401, "InvalidAuthenticationTokenAudience")
