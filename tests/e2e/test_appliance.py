# SPDX-License-Identifier: Apache-2.0
"""The appliance without Azure: first start, users and tokens, what is registered, errors, and its OpenAPI document."""

import stat

import pytest
from openapi_spec_validator import validate

from support.appliance import Appliance
from support.starkeep import PASSWORD

SECRET = "cl1ent-s3cret-9f31"


@pytest.fixture
def appliance(built, tmp_path):
    made = Appliance(tmp_path).start()
    yield made
    made.stop()


@pytest.fixture
def logged_in(appliance):
    return appliance.login()


def test_openapi_document_is_valid_and_lists_every_noun(appliance):
    document = appliance.openapi()

    validate(document)
    assert document["openapi"].startswith("3.1")
    for noun in ("accounts", "sources", "repositories", "policies", "sessions", "users", "tokens"):
        assert f"/api/v1/{noun}" in document["paths"]


def test_health_and_metrics_answer_without_a_token(appliance):
    assert appliance.rest("GET", "/healthz", token="") == (200, {"status": "ok"})
    assert appliance.rest("GET", "/readyz", token="") == (200, {"status": "ok"})
    status, headers, text = appliance.exchange("GET", "/metrics", token="")
    assert status == 200 and headers["Content-Type"].startswith("text/plain")
    assert b"starkeep_http_answers_total" in text


def test_one_time_token_makes_the_first_administrator_once(appliance):
    appliance.login()

    again = appliance.rest(
        "POST", "/api/v1/first-administrator", {"token": appliance.first_token, "name": "eve"}, token=""
    )

    assert again[0] == 401
    assert appliance.rest("GET", "/api/v1/me")[1]["user"] == "ada"
    assert [user["name"] for user in appliance.json("user", "list")] == ["ada"]


def test_second_start_prints_no_token_once_somebody_is_there(logged_in):
    logged_in.stop()

    logged_in.start()

    assert logged_in.first_token is None
    assert logged_in.json("user", "show", "ada")["role"] == "administrator"


def test_state_is_for_its_owner_alone_and_holds_no_secret_in_clear(logged_in):
    secret_file = logged_in.folder / "secret"
    secret_file.write_text(SECRET)
    logged_in.json(
        "account", "create", "prod", "--tenant", "t", "--client-id", "c", "--subscription", "s",
        "--client-secret-file", secret_file,
    )  # fmt: skip

    shown = logged_in.run("account", "show", "prod").stdout

    assert stat.S_IMODE(logged_in.state.stat().st_mode) == 0o700
    held = b"".join(path.read_bytes() for path in logged_in.state.rglob("*") if path.is_file())
    assert SECRET.encode() not in held and SECRET not in shown
    assert logged_in.token.encode() not in held
    assert all(stat.S_IMODE(p.stat().st_mode) & 0o077 == 0 for p in logged_in.state.glob("secret.key"))


def test_two_appliances_cannot_share_a_state_folder(appliance):
    said = appliance.run("serve", "--state", appliance.state, "--listen", "127.0.0.1:0", status=1)

    assert "another process holds" in said.stderr


def test_requests_without_a_good_token_are_refused(logged_in):
    for token in ("", "starkeep_" + "0" * 64):
        status, body = logged_in.rest("GET", "/api/v1/users", token=token)
        assert status == 401 and body["error"]["code"] == "Denied" and body["error"]["hint"]


def test_roles_decide_what_a_token_may(logged_in):
    logged_in.json("user", "create", "vera", "--role", "viewer")
    token = logged_in.json("token", "create", "--user", "vera", "--label", "dashboard")["token"]

    assert logged_in.rest("GET", "/api/v1/policies", token=token)[0] == 200
    status, body = logged_in.rest("POST", "/api/v1/users", {"name": "mallory", "role": "administrator"}, token=token)
    assert status == 403 and "administrator" in body["error"]["message"]
    assert logged_in.rest("GET", "/api/v1/audit", token=token)[0] == 403


def test_deleted_token_opens_nothing_any_more(logged_in):
    made = logged_in.json("token", "create", "--label", "short")
    assert logged_in.rest("GET", "/api/v1/me", token=made["token"])[0] == 200

    logged_in.json("token", "delete", made["id"])

    assert logged_in.rest("GET", "/api/v1/me", token=made["token"])[0] == 401


def test_last_administrator_stays(logged_in):
    said = logged_in.run("user", "delete", "ada", status=1)

    assert "only administrator" in said.stderr


def test_changing_calls_are_in_the_audit_also_refused_ones(logged_in):
    logged_in.json("user", "create", "vera", "--role", "viewer")
    logged_in.run("user", "create", "vera", "--role", "viewer", status=1)

    lines = logged_in.json("audit", "list")

    assert [(line["user"], line["operation"], line["status"]) for line in lines[:2]] == [
        ("ada", "user_create", 409),
        ("ada", "user_create", 201),
    ]


@pytest.mark.parametrize(
    ("method", "path", "raw", "status"),
    [
        ("GET", "/api/v1/nothing", None, 404),
        ("DELETE", "/api/v1/sessions", None, 405),
        ("POST", "/api/v1/users", b"{", 400),
        ("POST", "/api/v1/users", b"[]", 400),
        ("POST", "/api/v1/users", b'{"name": 7, "role": "viewer"}', 400),
        ("POST", "/api/v1/users", b'{"name": "v", "role": "king"}', 400),
        ("POST", "/api/v1/users", b'{"name": "v", "role": "viewer", "extra": 1}', 400),
        ("POST", "/api/v1/users", b"[" * 100_000, 400),
        ("GET", "/api/v1/sessions?limit=many", None, 400),
        ("GET", "/api/v1/sessions?colour=red", None, 400),
        ("GET", "/api/v1/sessions/abcdef", None, 404),
        ("GET", "/api/v1/policies/%zz", None, 400),
    ],
)
def test_wrong_requests_are_answered_in_the_envelope(logged_in, method, path, raw, status):
    answered, body = logged_in.rest(method, path, raw=raw)

    assert answered == status
    assert set(body["error"]) >= {"code", "message", "hint", "layer", "owner"}


def test_bodies_beyond_the_limit_are_refused(logged_in):
    status, _, _ = logged_in.exchange("POST", "/api/v1/users", raw=b"x" * (2 << 20))

    assert status == 413


def test_what_is_named_must_be_registered_and_what_is_used_stays(logged_in):
    wrong = logged_in.run("source", "create", "s", "--url", "postgresql://h/d", "--account", "nowhere", status=2)
    assert 'account "nowhere" is not registered' in wrong.stderr

    logged_in.json("account", "create", "prod", "--kind", "managed-identity", "--subscription", "sub")
    logged_in.json("source", "create", "s", "--url", "postgresql://h/d", "--account", "prod")
    used = logged_in.run("account", "delete", "prod", status=1)
    assert "source s" in used.stderr

    logged_in.json("source", "delete", "s")
    logged_in.json("account", "delete", "prod")
    assert logged_in.json("account", "list") == []
    logged_in.run("account", "show", "prod", status=6)


def test_policy_file_is_checked_before_it_is_stored(logged_in):
    repository = logged_in.folder / "repository"
    logged_in.json("repository", "create", "main", "--url", f"file://{repository}", "--init", "--password-file", logged_in.password_file)
    logged_in.json("source", "create", "shop", "--url", "postgresql://h/shop")
    policy = logged_in.folder / "policy.yaml"
    policy.write_text("name: nightly\nsources: [shop]\nnative: off\nrepository: main\nschedule: {every: day, at: '02:30'}\n")

    checked = logged_in.json("policy", "create", "-f", policy, "--dry-run")
    assert logged_in.json("policy", "list") == []
    stored = logged_in.json("policy", "create", "-f", policy)

    assert checked["repository"] == stored["repository"] and stored["schedule"]["timezone"] == "UTC"
    exported = logged_in.folder / "exported.yaml"
    exported.write_text(logged_in.run("policy", "export", "nightly").stdout)
    logged_in.json("policy", "delete", "nightly")
    again = logged_in.json("policy", "import", "-f", exported)
    assert {k: again[k] for k in checked} == checked
    policy.write_text("name: other\nsources: [shop]\nrepository: main\nretension: {keep_last: 3}\n")
    assert "retension" in logged_in.run("policy", "create", "-f", policy, status=2).stderr


def test_wrong_repository_password_registers_nothing(logged_in):
    url = f"file://{logged_in.folder / 'repository'}"
    logged_in.json("repository", "create", "main", "--url", url, "--init", "--password-file", logged_in.password_file)
    wrong = logged_in.folder / "wrong"
    wrong.write_text("another-password")

    logged_in.run("repository", "create", "second", "--url", url, "--password-file", wrong, status=5)

    assert [r["name"] for r in logged_in.json("repository", "list")] == ["main"]
    assert PASSWORD not in logged_in.run("repository", "show", "main", "--json").stdout


def test_verbs_without_repo_or_login_say_what_to_do(built, tmp_path):
    said = Appliance(tmp_path).run("points", status=2)

    assert "starkeep login" in said.stderr and "--repo" in said.stderr


def test_settings_are_checked(logged_in):
    assert logged_in.json("config", "update", "private_network=off")["private_network"] == "off"
    assert "private_network is on or off" in logged_in.run("config", "update", "private_network=maybe", status=2).stderr
    assert "no setting" in logged_in.run("config", "update", "colour=red", status=2).stderr
    assert len(logged_in.json("config", "show")["appliance_id"]) == 16
