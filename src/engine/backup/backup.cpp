// SPDX-License-Identifier: Apache-2.0
#include "engine/backup/backup.hpp"

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "engine/backup/database_backup.hpp"
#include "engine/progress.hpp"
#include "engine/selection.hpp"
#include "engine/typed_name.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "repository/write_session.hpp"
#include "source/reader.hpp"
#include "sys/clock.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

Result<std::vector<std::string>>
chosen_databases(source::Source& source, const Selection& selection)
{
    TRY_LET(std::vector<std::string> databases, source.databases());
    std::erase_if(databases, [&](const std::string& name) { return !selection.touches(name); });
    if (databases.empty()) {
        return Error{
            ErrorCode::NotFound,
            "no database to back up at " + source.url(),
            "Name one in the URL, or check --include and --exclude and the role's CONNECT "
            "privilege."
        };
    }
    return databases;
}

class Backup {
public:
    Backup(
        source::Source& source,
        repository::Repository& repository,
        const BackupRequest& request,
        Progress& progress
    )
        : source_(source), repository_(repository), request_(request), progress_(progress)
    {
    }

    Result<BackupReport> run()
    {
        const sys::Stopwatch total;
        TRY_LET(
            const std::unique_ptr<repository::WriteSession> session,
            repository::WriteSession::begin(repository_)
        );
        report_.point.id = sys::random_id<PointId>();
        report_.point.source = source_.url();
        report_.point.kind = source_.kind();
        report_.point.time = sys::format_rfc3339(sys::system_clock().now());
        report_.point.labels = request_.labels;
        report_.point.trusted = true;
        TRY_LET(
            const std::vector<std::string> databases, chosen_databases(source_, request_.selection)
        );
        report_.fixed_s = total.seconds();
        for (const std::string& database : databases) {
            TRY(back_up(*session, database, database == databases.back()));
        }
        TRY(commit(*session));
        report_.duration_s = total.seconds();
        return std::move(report_);
    }

private:
    Result<void>
    back_up(repository::WriteSession& session, const std::string& database, bool is_last)
    {
        progress_.begin_phase("connecting to " + database);
        const sys::Stopwatch opening;
        TRY_LET(const std::unique_ptr<source::DatabaseReader> reader, source_.open(database));
        const double opening_s = opening.seconds();
        const DatabaseContext context{
            .source = report_.point.source,
            .repository = repository_,
            .session = session,
            .request = request_,
            .progress = progress_
        };
        const ObjectChoice objects = choose_objects(*reader, request_.selection);
        TRY(explain_unmatched(*reader));
        if (const std::vector<std::string> unmatched = request_.selection.unmatched();
            is_last && !unmatched.empty()) {
            return unmatched_error(unmatched.front());
        }
        TRY_LET(DatabaseOutcome outcome, back_up_database(context, *reader, objects));
        take(std::move(outcome), opening_s);
        report_.point.consistency =
            report_.point.databases.size() == 1 ? reader->consistency() : "snapshot-per-database";
        return {};
    }

    /// Finds out what patterns mean that chose no object, as long as the database is open.
    Result<void> explain_unmatched(source::DatabaseReader& reader)
    {
        const std::vector<std::string> unmatched = request_.selection.unmatched();
        if (unmatched.empty()) {
            return {};
        }
        TRY_LET(const std::vector<source::NamedThing> others, reader.without_rows());
        for (const std::string& pattern : unmatched) {
            const auto meant = std::ranges::find_if(others, [&](const source::NamedThing& thing) {
                return Selection::fits(pattern, reader.database(), thing.name);
            });
            if (meant != others.end()) {
                meant_.emplace(pattern, meant->kind + " " + meant->name);
            }
        }
        return {};
    }

    Error unmatched_error(const std::string& pattern) const
    {
        if (const auto meant = meant_.find(pattern); meant != meant_.end()) {
            return {
                ErrorCode::NotFound,
                "--include " + pattern + " names no table but the " + meant->second,
                "Patterns choose tables; the definitions of everything else are in every backup."
            };
        }
        return {
            ErrorCode::NotFound,
            "--include " + pattern + " names nothing in " + source_.url(),
            "Patterns are TABLE, SCHEMA.TABLE or DATABASE/SCHEMA.TABLE, with * and ?; odd names go "
            "in double quotes."
        };
    }

    void take(DatabaseOutcome outcome, double opening_s)
    {
        repository::Point& point = report_.point;
        point.rows += outcome.rows;
        point.objects += outcome.objects;
        point.trusted = point.trusted && outcome.trusted;
        point.bytes_read += outcome.bytes_read;
        report_.reused_objects += outcome.reused_objects;
        report_.fixed_s += opening_s + outcome.definitions_s;
        const std::string database = typed_part(outcome.entry.name);
        for (const std::string& name : outcome.left_out) {
            report_.left_out.push_back(database + ": " + name);
        }
        for (const std::string& name : outcome.doubtful) {
            report_.doubtful.push_back(database + "/" + name);
        }
        for (const std::string& name : outcome.distrusted) {
            report_.distrusted.push_back(database + "/" + name);
            point.trusted = false;
        }
        point.databases.push_back(std::move(outcome.entry));
    }

    Result<void> commit(repository::WriteSession& session)
    {
        if (request_.stop.stop_requested()) {
            return Error{ErrorCode::Cancelled, "stopped on request"};
        }
        progress_.begin_phase("committing");
        report_.point.bytes_new = session.totals().bytes_new;
        report_.point.bytes_stored = session.totals().bytes_stored;
        return session.commit(report_.point);
    }

    source::Source& source_;
    repository::Repository& repository_;
    const BackupRequest& request_;
    Progress& progress_;
    BackupReport report_;
    std::map<std::string, std::string> meant_;  ///< by pattern, what it names instead of an object
};

}  // namespace

Result<BackupReport> back_up(
    source::Source& source,
    repository::Repository& repository,
    const BackupRequest& request,
    Progress& progress
)
{
    return Backup(source, repository, request, progress).run();
}

}  // namespace starkeep::engine
