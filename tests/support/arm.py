# SPDX-License-Identifier: Apache-2.0
"""A client of the resource manager that shares nothing with the C++ one: urllib, a certificate, and patience."""

import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request


class Reply:
    """A response: status, headers, and its JSON or None."""

    def __init__(self, status, headers, raw):
        self.status = status
        self.headers = headers
        self.body = json.loads(raw) if raw else None

    @property
    def code(self):
        """The error's code in either envelope."""
        body = self.body or {}
        return (body.get("error") or body).get("code") if isinstance(body.get("error", {}), dict) else body["error"]


class Arm:
    """One principal at one local cloud."""

    def __init__(self, state):
        self.cloud = json.loads((state / "cloud.json").read_text())
        self.credentials = json.loads((state / "credentials.json").read_text())
        self.context = ssl.create_default_context(cafile=self.cloud["ca_file"])
        self.token = None

    @property
    def subscription(self):
        """/subscriptions/…"""
        return f"/subscriptions/{self.cloud['subscription_id']}"

    def send(self, method, url, body=None, headers=None):
        """One exchange, whatever its status."""
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=60) as response:
                return Reply(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, error.headers, error.read())

    def sign_in(self, **changed):
        """A token request; fields can be changed."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.credentials["client_id"],
            "client_secret": self.credentials["client_secret"],
            "scope": "https://management.azure.com/.default",
        } | changed
        url = f"{self.cloud['authority_host']}/{self.cloud['tenant_id']}/oauth2/v2.0/token"
        return self.send("POST", url, urllib.parse.urlencode(form).encode(),
                         {"Content-Type": "application/x-www-form-urlencoded"})

    def call(self, method, path, version, body=None, headers=None):
        """A signed call below the resource manager."""
        if self.token is None:
            self.token = self.sign_in().body["access_token"]
        joint = "&" if "?" in path else "?"
        url = path if path.startswith("https://") else f"{self.cloud['resource_manager']}{path}{joint}api-version={version}"
        data = b"" if body is None and method == "POST" else None if body is None else json.dumps(body).encode()
        return self.send(method, url, data, {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})})

    def finish(self, reply, limit=120):
        """Follows an operation to its end; the last reply."""
        status = reply.headers.get("Azure-AsyncOperation")
        location = reply.headers.get("Location")
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if status:
                polled = self.call("GET", status, "")
                assert polled.status == 200
                if polled.body["status"] in ("Succeeded", "Failed", "Canceled"):
                    return polled
            elif location:
                polled = self.call("GET", location, "")
                if polled.status != 202:
                    return polled
            else:
                return reply
            time.sleep(0.2)
        raise AssertionError(f"operation did not end within {limit} s: {status or location}")
