// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "fleet/bootstrap_script_internal.hpp"
#include "fleet/script_internal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

namespace {

// What each stage ends with; said again in bootstrap_fault().
constexpr int kDownloadFailed = 11;
constexpr int kMd5Differs = 12;
constexpr int kSha256Differs = 13;
constexpr int kUnpackFailed = 14;
constexpr int kInstallFailed = 15;
constexpr int kStartFailed = 16;

std::string stage(const std::string& command, int status)
{
    return command + " || exit " + std::to_string(status);
}

void append_download(Script& script, const Download& download)
{
    const std::string variable = "URL_" + std::to_string(script.variables.size());
    script.variables.emplace_back(variable, download.url);
    std::vector<std::string>& lines = script.lines;
    const std::string name = shell_word(download.file.name);
    // curl's own retries cover a name that does not resolve yet.
    lines.push_back(stage(
        "curl -fsS --retry 8 --retry-all-errors --retry-delay 2 --connect-timeout 20 --max-time "
        "600 -o " +
            name + " \"$" + variable + "\"",
        kDownloadFailed
    ));
    lines.push_back(stage(
        "echo " + shell_word(to_hex(download.file.md5) + "  " + download.file.name) +
            " | md5sum -c --quiet -",
        kMd5Differs
    ));
    lines.push_back(stage(
        "echo " + shell_word(to_hex(download.file.sha256) + "  " + download.file.name) +
            " | sha256sum -c --quiet -",
        kSha256Differs
    ));
}

}  // namespace

Script bootstrap_script(const Download& bundle, const std::vector<Download>& others)
{
    Script script;
    std::vector<std::string>& lines = script.lines;
    lines = {
        // Always ends well for Run Command itself, which else hides what was printed.
        "finish() { rc=$?; cd /; rm -rf \"$stage\"; echo \"##RC=$rc\"; exit 0; }",
        "umask 077",
        "stage=$(mktemp -d /var/tmp/starkeep.XXXXXX)",
        "trap finish EXIT",
        // A second run finds the worker at work and must not take its files away.
        "if systemctl is-active --quiet starkeep-worker.service; then echo 'worker runs already'; "
        "exit 0; fi",
        stage("cd \"$stage\"", kInstallFailed),
    };
    append_download(script, bundle);
    for (const Download& other : others) {
        append_download(script, other);
    }
    const std::string tarball = shell_word(bundle.file.name);
    lines.push_back(stage("mkdir -p /opt/starkeep", kInstallFailed));
    lines.push_back(
        stage("tar -xzf " + tarball + " -C /opt/starkeep --no-same-owner", kUnpackFailed)
    );
    lines.push_back(stage("chmod 755 /opt/starkeep", kInstallFailed));
    for (const Download& other : others) {
        lines.push_back(stage(
            "install -m 600 " + shell_word(other.file.name) + " /opt/starkeep/", kInstallFailed
        ));
    }
    lines.push_back(stage(
        "install -m 644 /opt/starkeep/systemd/starkeep-worker.service /etc/systemd/system/",
        kInstallFailed
    ));
    lines.push_back(stage("systemctl daemon-reload", kStartFailed));
    lines.push_back(stage("systemctl enable --now starkeep-worker.service", kStartFailed));
    return script;
}

std::string_view bootstrap_fault(int exit_status)
{
    switch (exit_status) {
    case kDownloadFailed:
        return "a worker file could not be downloaded";
    case kMd5Differs:
        return "the MD5 of a downloaded worker file differs";
    case kSha256Differs:
        return "the SHA-256 of a downloaded worker file differs";
    case kUnpackFailed:
        return "the worker bundle could not be unpacked";
    case kInstallFailed:
        return "the worker could not be installed";
    case kStartFailed:
        return "the worker's unit did not start";
    default:
        return "the bootstrap script failed";
    }
}

}  // namespace starkeep::fleet
