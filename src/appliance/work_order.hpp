// SPDX-License-Identifier: Apache-2.0
// What a session was asked to do, as it is remembered: a later change of a policy does not reach a session that has begun.
#pragma once

#include "appliance/policy.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/writer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::appliance {

/// Of a session of kind "backup"; one task for each source of the policy.
struct BackupOrder {
    Policy policy;
};

/// Of a session of kind "restore"; its one task is called "restore".
struct RestoreOrder {
    std::string repository;
    std::string point;
    std::string source;  ///< whose latest; a registered source's name, a URL, or empty
    std::string target;  ///< a registered source's name, or a URL without password
    std::vector<std::string> include{};
    std::vector<std::string> exclude{};
    std::vector<std::string> renames{};
    std::string if_exists = "fail";
    unsigned jobs = 4;
    bool dry_run = false;
    bool verify = false;
};

inline constexpr std::string_view kRestoreTask = "restore";

/// `target_password` of the body is no part of it. Errors: InvalidInput naming the member.
Result<RestoreOrder> parse_restore_order(const Json& body);
Json to_json(const RestoreOrder& order);

/// Errors: InvalidInput for a word that is none of the four.
Result<source::IfExists> parse_if_exists(std::string_view word);

}  // namespace starkeep::appliance
