// SPDX-License-Identifier: Apache-2.0
#include "appliance/audit.hpp"

#include "appliance/database.hpp"
#include "base/result.hpp"
#include "sys/clock.hpp"

#include <cstdint>
#include <vector>

namespace starkeep::appliance {

Result<void> Audit::add(const AuditLine& line)
{
    TRY(database_.change(
        "INSERT INTO audit (time, user, token, operation, target, status, request_id) VALUES (?, "
        "?, ?, ?, ?, ?, ?)",
        {sys::format_rfc3339(clock_.now()),
         line.user,
         line.token_id,
         line.operation,
         line.target,
         line.status,
         line.request_id}
    ));
    return {};
}

Result<std::vector<AuditLine>> Audit::list(std::uint64_t limit) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows(
            "SELECT id, time, user, token, operation, target, status, request_id FROM audit ORDER "
            "BY id DESC LIMIT ?",
            {static_cast<std::int64_t>(limit)}
        )
    );
    std::vector<AuditLine> lines;
    for (const Row& row : rows) {
        lines.push_back(
            {.id = row.integer(0),
             .time = row.text(1),
             .user = row.text(2),
             .token_id = row.text(3),
             .operation = row.text(4),
             .target = row.text(5),
             .status = row.integer(6),
             .request_id = row.text(7)}
        );
    }
    return lines;
}

}  // namespace starkeep::appliance
