// SPDX-License-Identifier: Apache-2.0
// What is wanted of a set of sources: continuous backup kept configured, backups to a repository, when, and for how long.
#pragma once

#include "appliance/schedule.hpp"
#include "appliance/subjects.hpp"
#include "base/result.hpp"
#include "engine/points.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::appliance {

/// Tiers of Cosmos DB's continuous backup. PostgreSQL clusters have one, of 35 days, that cannot be changed.
enum class NativeTier : std::uint8_t { Continuous7Days, Continuous30Days };

struct NativePart {
    NativeTier tier = NativeTier::Continuous30Days;
    /// From 30 to 7 days the older history is lost: only with this.
    bool allow_shorter = false;
};

struct RepositoryPart {
    std::string name;
    unsigned jobs = 4;
    std::vector<std::string> include{};
    std::vector<std::string> exclude{};
    bool full = false;
};

struct Policy {
    std::vector<std::string> sources;
    bool enabled = true;
    std::optional<NativePart> native;
    std::optional<RepositoryPart> repository;
    std::optional<Schedule> schedule;
    engine::Retention retention;
    bool keep_worker = false;
};

/// `body`: native and repository are off, or objects; repository may be the name alone.
/// Errors: InvalidInput naming the member; also when both parts are off.
Result<Parsed> parse_policy(const Json& body);

/// From a document that parse_policy() has made.
Result<Policy> read_policy(const Json& document);

/// A policy file as JSON. Words like on, off, 7 become booleans and numbers.
/// Errors: InvalidInput with the line.
Result<Json> parse_policy_yaml(std::string_view text);
/// The same in the other direction: what parse_policy_yaml() reads back equal.
std::string format_policy_yaml(const Json& document);

}  // namespace starkeep::appliance
