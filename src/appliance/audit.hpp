// SPDX-License-Identifier: Apache-2.0
// Who changed what, and when: one line per changing request, also those that were refused.
#pragma once

#include "appliance/database.hpp"
#include "base/result.hpp"
#include "sys/clock.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::appliance {

struct AuditLine {
    std::int64_t id = 0;
    std::string time{};
    std::string user;       ///< empty when the caller is not known
    std::string token_id;   ///< likewise
    std::string operation;  ///< the operation's id in the OpenAPI document
    std::string target;     ///< the request's path
    std::int64_t status = 0;
    std::string request_id;
};

class Audit {
public:
    Audit(Database& database, const sys::Clock& clock) : database_(database), clock_(clock) {}

    /// Time and id are set here.
    Result<void> add(const AuditLine& line);
    /// Newest first.
    Result<std::vector<AuditLine>> list(std::uint64_t limit) const;

private:
    Database& database_;
    const sys::Clock& clock_;
};

}  // namespace starkeep::appliance
