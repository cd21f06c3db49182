// SPDX-License-Identifier: Apache-2.0
// Facts of a database as a backup keeps them, and whether two views belong to one history.
//
// Shape of the JSON: {
//   "server_version": 150020, "block_bytes": 8192,
//   "history": {"system": "7…", "timeline": 1, "database": 16384, "oldest_xid": 752, "next_xid": 753,
//               "lsn": 26738680, "recovery": false, "started": "…"}            "system" is "" when the server does not tell
//   "database": {"name", "owner", "encoding", "collate", "ctype", "locale_provider", "locale", "tablespace",
//                "connection_limit", "acl": ["…"] or null, "comment": "…" or null},
//   "settings": ["work_mem=64MB", …],                          ALTER DATABASE … SET
//   "extensions": [{"name", "version", "schema"}, …],
//   "sequences": [{"name": "public.s", "last_value": 7, "is_called": true,
//                  "table": "public.t" or null, "column": "id" or null}, …],
//   "large_objects": [{"owner": "…", "acl": ["…"] or null, "oids": [16396, …]}, …]
// }
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/connection.hpp"

namespace starkeep::source::postgres {

/// Where this view stands in the server's history ("history" above). To be asked inside the view's transaction.
Result<Json> load_history(ServerConnection& connection);

/// All facts but "history". Errors: Denied when a sequence may not be read.
Result<Json> load_facts(ServerConnection& connection);

/// Whether two views are of one database of one server that ran all the time between them.
bool same_server(const Json& one, const Json& other);

/// Whether an equal fingerprint in two views, told by their "history", means equal rows: same server, which says
/// who it is, same timeline, and this view not older.
bool same_history(const Json& earlier, const Json& now);

}  // namespace starkeep::source::postgres
