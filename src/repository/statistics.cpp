// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "repository/maintenance.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/repository.hpp"
#include "store/store.hpp"

#include <optional>
#include <vector>

namespace starkeep::repository {

Result<Statistics> Maintenance::statistics()
{
    Statistics statistics;
    TRY_LET(const std::vector<store::ObjectInfo> objects, repository_.store().list(""));
    for (const store::ObjectInfo& object : objects) {
        const std::optional<PackName> pack = parse_pack_name(object.name);
        statistics.stored_bytes += object.size_bytes;
        statistics.packs += pack ? 1U : 0U;
        if (pack && pack->kind == PackKind::Data) {
            statistics.data_bytes += object.size_bytes;
        } else if (pack || parse_index_name(object.name) || parse_log_entry_name(object.name)) {
            statistics.metadata_bytes += object.size_bytes;
        }
    }
    TRY_LET(const std::vector<Point> points, repository_.points());
    statistics.points = points.size();
    for (const Point& point : points) {
        for (const PointDatabase& database : point.databases) {
            TRY_LET(const Bytes plain, repository_.read(database.manifest, RecordType::Manifest));
            TRY_LET(const Manifest manifest, decode_manifest(as_text(plain)));
            for (const ManifestObject& object : manifest.objects) {
                statistics.logical_bytes += object.bytes;
            }
        }
    }
    return statistics;
}

}  // namespace starkeep::repository
