// SPDX-License-Identifier: Apache-2.0
// Shared access signatures: URL queries that let whoever holds them do some things with some of an account for some time.
#pragma once

#include "azure/storage/shared_key.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::azure::storage {

/// The newest version that Azurite 3.35.0 knows.
inline constexpr std::string_view kStorageVersion = "2025-11-05";

/// What is allowed, and when. The letters stand in Azure's order: blob and container `racwdxyltfmeopi`, queue `raup`.
struct SasGrant {
    std::string permissions{};
    std::optional<std::chrono::sys_seconds> starts_at{};  ///< best left out: clocks differ
    std::optional<std::chrono::sys_seconds> expires_at{};
    std::string addresses{};  ///< "10.0.0.4" or "10.0.0.4-10.0.0.9"; empty: from anywhere
    std::string protocols = "https";
    std::string policy{};  ///< a stored access policy that says the rest
    std::string version{kStorageVersion};
};

/// What the answer's headers will say, whatever is stored.
struct SasResponseHeaders {
    std::string cache_control{};
    std::string content_disposition{};
    std::string content_encoding{};
    std::string content_language{};
    std::string content_type{};
};

/// A container, or one blob in it.
struct SasBlobScope {
    std::string account;
    std::string container;
    std::string blob{};  ///< empty: the container with all its blobs
    std::string snapshot{};
    SasResponseHeaders response{};
};

struct SasQueueScope {
    std::string account;
    std::string queue;
};

struct SasAccountScope {
    std::string services;        ///< of "bqtf"
    std::string resource_types;  ///< of "sco": service, container, object
};

/// A key that Azure gives to an identity of Entra ID, for signing like an account's key.
struct UserDelegationKey {
    std::string object_id;
    std::string tenant_id;
    std::string starts;   ///< as Azure wrote it
    std::string expires;  ///< likewise
    std::string service;
    std::string version;
    Secret value;  ///< base64
};

/// Encoded queries, without '?', secret by their `sig`.
/// Source: learn.microsoft.com "Create a service SAS", versions 2018-11-09 and later.
std::string blob_sas(const SharedKey& key, const SasBlobScope& scope, const SasGrant& grant);
std::string queue_sas(const SharedKey& key, const SasQueueScope& scope, const SasGrant& grant);
/// Source: learn.microsoft.com "Create an account SAS".
std::string account_sas(const SharedKey& key, const SasAccountScope& scope, const SasGrant& grant);
/// Errors: InvalidInput when the key is no base64.
/// Source: learn.microsoft.com "Create a user delegation SAS"; for queues 2025-07-05 and later.
Result<std::string>
blob_sas(const UserDelegationKey& key, const SasBlobScope& scope, const SasGrant& grant);
Result<std::string>
queue_sas(const UserDelegationKey& key, const SasQueueScope& scope, const SasGrant& grant);

/// When a SAS query ends by its own words (`se`); nothing when it does not say.
std::optional<std::chrono::sys_seconds> sas_expiry(std::string_view query);

}  // namespace starkeep::azure::storage
