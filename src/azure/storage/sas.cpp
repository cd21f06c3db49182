// SPDX-License-Identifier: Apache-2.0
#include "azure/storage/sas.hpp"

#include "azure/storage/shared_key.hpp"
#include "base/result.hpp"
#include "http/url.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::storage {

namespace {

// The versions in which what is signed grew. Versions are dates, so texts compare as they should.
constexpr std::string_view kWithEncryptionScope = "2020-12-06";
constexpr std::string_view kWithAuthorizedObject = "2020-02-10";
constexpr std::string_view kWithDelegatedUser = "2025-07-05";
constexpr std::string_view kWithSignedRequest = "2026-04-06";

using Lines = std::vector<std::string>;

std::string joined(const Lines& lines)
{
    std::string out;
    for (const std::string& line : lines) {
        out += (&line == &lines.front() ? "" : "\n") + line;
    }
    return out;
}

void add(Lines& lines, std::initializer_list<std::string_view> more)
{
    lines.insert(lines.end(), more.begin(), more.end());
}

std::string time_text(const std::optional<std::chrono::sys_seconds>& time)
{
    return time ? sys::format_rfc3339(*time) : std::string();
}

std::string resource_letter(const SasBlobScope& scope)
{
    if (!scope.snapshot.empty()) {
        return "bs";
    }
    return scope.blob.empty() ? "c" : "b";
}

std::string canonical(const SasBlobScope& scope)
{
    return "/blob/" + scope.account + "/" + scope.container +
           (scope.blob.empty() ? "" : "/" + scope.blob);
}

std::string canonical(const SasQueueScope& scope)
{
    return "/queue/" + scope.account + "/" + scope.queue;
}

/// Collects a query without the parameters that have no value.
class Query {
public:
    Query& add(std::string name, std::string value)
    {
        if (!value.empty()) {
            parameters_.emplace_back(std::move(name), std::move(value));
        }
        return *this;
    }
    Query& add(const SasGrant& grant)
    {
        return add("sv", grant.version)
            .add("sp", grant.permissions)
            .add("st", time_text(grant.starts_at))
            .add("se", time_text(grant.expires_at))
            .add("sip", grant.addresses)
            .add("spr", grant.protocols)
            .add("si", grant.policy);
    }
    Query& add(const UserDelegationKey& key)
    {
        return add("skoid", key.object_id)
            .add("sktid", key.tenant_id)
            .add("skt", key.starts)
            .add("ske", key.expires)
            .add("sks", key.service)
            .add("skv", key.version);
    }
    Query& add(const SasResponseHeaders& response)
    {
        return add("rscc", response.cache_control)
            .add("rscd", response.content_disposition)
            .add("rsce", response.content_encoding)
            .add("rscl", response.content_language)
            .add("rsct", response.content_type);
    }
    std::string text() const { return http::format_query(parameters_); }

private:
    http::QueryParameters parameters_;
};

void add_blob_tail(Lines& lines, const SasBlobScope& scope, std::string_view version)
{
    lines.push_back(resource_letter(scope));
    lines.push_back(scope.snapshot);
    if (version >= kWithEncryptionScope) {
        lines.emplace_back();
    }
}

void add_response(Lines& lines, const SasResponseHeaders& response)
{
    add(lines,
        {response.cache_control,
         response.content_disposition,
         response.content_encoding,
         response.content_language,
         response.content_type});
}

void add_key(Lines& lines, const UserDelegationKey& key)
{
    add(lines, {key.object_id, key.tenant_id, key.starts, key.expires, key.service, key.version});
}

Result<SharedKey> signer(const UserDelegationKey& key)
{
    return SharedKey::parse("user delegation", key.value.reveal());
}

}  // namespace

std::string blob_sas(const SharedKey& key, const SasBlobScope& scope, const SasGrant& grant)
{
    Lines lines{grant.permissions, time_text(grant.starts_at), time_text(grant.expires_at)};
    add(lines, {canonical(scope), grant.policy, grant.addresses, grant.protocols, grant.version});
    add_blob_tail(lines, scope, grant.version);
    add_response(lines, scope.response);
    return Query()
        .add(grant)
        .add("sr", resource_letter(scope))
        .add(scope.response)
        .add("sig", key.sign(joined(lines)))
        .text();
}

Result<std::string>
blob_sas(const UserDelegationKey& key, const SasBlobScope& scope, const SasGrant& grant)
{
    TRY_LET(const SharedKey signing, signer(key));
    Lines lines{grant.permissions, time_text(grant.starts_at), time_text(grant.expires_at)};
    lines.push_back(canonical(scope));
    add_key(lines, key);
    if (grant.version >= kWithAuthorizedObject) {
        add(lines, {"", "", ""});
    }
    if (grant.version >= kWithDelegatedUser) {
        add(lines, {"", ""});
    }
    add(lines, {grant.addresses, grant.protocols, grant.version});
    add_blob_tail(lines, scope, grant.version);
    if (grant.version >= kWithSignedRequest) {
        add(lines, {"", ""});
    }
    add_response(lines, scope.response);
    return Query()
        .add(grant)
        .add(key)
        .add("sr", resource_letter(scope))
        .add(scope.response)
        .add("sig", signing.sign(joined(lines)))
        .text();
}

std::string queue_sas(const SharedKey& key, const SasQueueScope& scope, const SasGrant& grant)
{
    Lines lines{grant.permissions, time_text(grant.starts_at), time_text(grant.expires_at)};
    add(lines, {canonical(scope), grant.policy, grant.addresses, grant.protocols, grant.version});
    return Query().add(grant).add("sig", key.sign(joined(lines))).text();
}

Result<std::string>
queue_sas(const UserDelegationKey& key, const SasQueueScope& scope, const SasGrant& grant)
{
    TRY_LET(const SharedKey signing, signer(key));
    Lines lines{grant.permissions, time_text(grant.starts_at), time_text(grant.expires_at)};
    lines.push_back(canonical(scope));
    add_key(lines, key);
    add(lines, {"", "", grant.addresses, grant.protocols, grant.version});
    return Query()
        .add(grant)
        .add(key)
        .add("sr", "q")
        .add("sig", signing.sign(joined(lines)))
        .text();
}

std::string account_sas(const SharedKey& key, const SasAccountScope& scope, const SasGrant& grant)
{
    Lines lines{key.account(), grant.permissions, scope.services, scope.resource_types};
    add(lines,
        {time_text(grant.starts_at),
         time_text(grant.expires_at),
         grant.addresses,
         grant.protocols,
         grant.version});
    if (grant.version >= kWithEncryptionScope) {
        lines.emplace_back();
    }
    return Query()
        .add(grant)
        .add("ss", scope.services)
        .add("srt", scope.resource_types)
        .add("sig", key.sign(joined(lines) + "\n"))
        .text();
}

std::optional<std::chrono::sys_seconds> sas_expiry(std::string_view query)
{
    const Result<http::QueryParameters> parameters =
        http::parse_query(query.substr(query.starts_with('?') ? 1 : 0));
    if (!parameters.ok()) {
        return std::nullopt;
    }
    for (const auto& [name, value] : *parameters) {
        const Result<std::chrono::sys_seconds> time = sys::parse_rfc3339(value);
        if (name == "se" && time.ok()) {
            return *time;
        }
    }
    return std::nullopt;
}

}  // namespace starkeep::azure::storage
