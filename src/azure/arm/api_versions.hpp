// SPDX-License-Identifier: Apache-2.0
// The version of each provider's interface that this program speaks. A newer one is a change here and nowhere else.
// Source: Azure/azure-rest-api-specs, read 2024-10-11; each is accepted by the service in November 2026.
#pragma once

#include <string_view>

namespace starkeep::azure::arm::api_version {

inline constexpr std::string_view kSubscriptions = "2022-12-01";
inline constexpr std::string_view kResources = "2024-07-01";
inline constexpr std::string_view kAuthorization = "2022-04-01";
inline constexpr std::string_view kNetwork = "2024-03-01";
inline constexpr std::string_view kPrivateDns = "2024-06-01";
inline constexpr std::string_view kStorage = "2023-05-01";
inline constexpr std::string_view kCompute = "2024-07-01";
inline constexpr std::string_view kDisks = "2024-03-02";
inline constexpr std::string_view kComputeSkus = "2021-07-01";
inline constexpr std::string_view kCosmos = "2024-08-15";
inline constexpr std::string_view kPostgres = "2022-11-08";

}  // namespace starkeep::azure::arm::api_version
