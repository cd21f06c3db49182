# SPDX-License-Identifier: Apache-2.0
"""The requests of Azure's published examples, each accepted or refused as listed beside this file."""

import csv
import json
import os
import re
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("published_examples.tsv")
PROVIDERS = ("Microsoft.Network", "Microsoft.Storage", "Microsoft.Compute", "Microsoft.DBforPostgreSQL",
             "Microsoft.DocumentDB", "Microsoft.Resources", "Microsoft.Authorization")
REGIONS = ("westus,westus2,eastus,eastus2,westeurope,northeurope,centralus,southcentralus,japaneast,"
           "centraluseuap,eastus2euap,eastus2(stage)")


def contract():
    """The folder of examples, where there is one."""
    named = os.environ.get("STARKEEP_AZURE_CONTRACT")
    folder = Path(named) if named else Path(__file__).resolve().parents[3] / "shared/azure"
    if not (folder / "examples/index.tsv").is_file():
        pytest.skip("Azure's published examples are not here: name their folder in STARKEEP_AZURE_CONTRACT")
    return folder / "examples"


def requests(folder, subscription):
    """File, method, path, version and body of every example of the providers, for our subscription."""
    with (folder / "index.tsv").open(newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["file"].split("/")[0] not in PROVIDERS or not row["path"].startswith("/"):
                continue
            text = (folder / row["file"]).read_text()
            parameters = json.loads(text)["parameters"]
            body = next((parameters[k] for k in ("parameters", "body", "resource") if isinstance(parameters.get(k), dict)),
                        next((v for v in parameters.values() if isinstance(v, dict)), None))
            given = {k: str(v) for k, v in parameters.items()} | {"subscriptionId": subscription}
            path = re.sub(r"\{(\w+)\}", lambda m, g=given: g.get(m[1], "missing"), row["path"].split("?")[0])
            if body is not None:
                body = json.loads(re.sub(r"/subscriptions/[^/\"]+", f"/subscriptions/{subscription}", json.dumps(body)))
            yield row["file"], row["method"], path.replace(" ", "%20"), row["api_version"], body


def answers(arm, folder):
    """What the cloud says to each, in their order."""
    subscription = arm.cloud["subscription_id"]
    for file, method, path, version, body in requests(folder, subscription):
        group = re.match(r"/subscriptions/[^/]+/resource[gG]roups/[^/]+", path)
        if group:
            arm.call("PUT", group[0], "2024-07-01", {"location": "westus"})
        reply = arm.call(method, path, version, body if method in ("PUT", "PATCH", "POST") else None)
        yield file, reply.status, reply.code if reply.status >= 400 and reply.body else ""


def test_published_requests_are_accepted_or_refused_as_listed(cloud):
    folder = contract()
    if not LIST.is_file() and "STARKEEP_WRITE_EXAMPLES" not in os.environ:
        pytest.skip(f"{LIST.name} is not written yet: write it with STARKEEP_WRITE_EXAMPLES=1 and read every line")
    arm = cloud.start("--regions", REGIONS, "--core-limit", "100000")

    said = [f"{file}\t{status}\t{code}" for file, status, code in answers(arm, folder)]

    if "STARKEEP_WRITE_EXAMPLES" in os.environ:
        LIST.write_text("file\tstatus\tcode\n" + "\n".join(said) + "\n")
    assert said == LIST.read_text().splitlines()[1:]
    assert not [line for line in said if line.split("\t")[1].startswith("5")]
