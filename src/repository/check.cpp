// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "repository/findings_internal.hpp"
#include "repository/index.hpp"
#include "repository/key_slot.hpp"
#include "repository/keyring.hpp"
#include "repository/log.hpp"
#include "repository/log_state.hpp"
#include "repository/maintenance.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/pack.hpp"
#include "repository/pack_catalog_internal.hpp"
#include "repository/pack_reader.hpp"
#include "repository/point_check_internal.hpp"
#include "repository/repository.hpp"
#include "repository/repository_internal.hpp"
#include "repository/sealed_object.hpp"
#include "repository/used_packs_internal.hpp"
#include "store/store.hpp"
#include "sys/random.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

/// Objects that are sealed whole hold at most 64 MiB of plain bytes; the rest is header, tag and a hopeless frame.
constexpr std::uint64_t kMostSmallBytes = std::uint64_t{65} << 20U;

using OnProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// A number below `bound`, which is not 0. The bias of the remainder is far below what a sample can show.
std::size_t random_below(std::size_t bound)
{
    std::uint64_t value = 0;
    sys::fill_random(std::as_writable_bytes(std::span(&value, 1)));
    return static_cast<std::size_t>(value % bound);
}

/// Which packs are read whole: `percent` of them, at least one, drawn anew every time.
std::vector<bool> draw(std::size_t count, unsigned percent)
{
    std::vector<bool> drawn(count);
    std::size_t wanted = (count * std::min(percent, 100U) + 99) / 100;
    // Selection sampling: one pass, every subset as likely. Source: Knuth, TAOCP volume 2, 3.4.2, algorithm S.
    for (std::size_t i = 0; i < count && wanted > 0; ++i) {
        if (random_below(count - i) < wanted) {
            drawn[i] = true;
            --wanted;
        }
    }
    return drawn;
}

class Check {
public:
    Check(Repository& repository, const Keyring& keyring, const OnProgress& progress)
        : repository_(repository)
        , store_(repository.store())
        , keyring_(keyring)
        , progress_(progress)
    {
    }

    Result<CheckReport> run(const CheckOptions& options, std::uint64_t remembered)
    {
        // The log before the packs: what it names was put before it.
        TRY(check_log(remembered));
        TRY_LET(objects_, store_.list(""));
        total_ = objects_.size() + log_.points.size();
        PackCatalog catalog(store_, keyring_, objects_);
        TRY(check_small_objects(catalog));
        TRY(check_packs(catalog, options.read_data_percent));
        TRY(check_points(catalog));
        note_unused_packs(catalog);
        report_.packs = catalog.packs().size();
        report_.points = log_.points.size();
        report_.objects = count_objects();
        report_.damages = findings_.take();
        return std::move(report_);
    }

private:
    ObjectCounts count_objects() const
    {
        ObjectCounts counts;
        for (const store::ObjectInfo& object : objects_) {
            counts.key_slots += parse_key_slot_name(object.name) ? 1U : 0U;
            counts.log_entries += parse_log_entry_name(object.name) ? 1U : 0U;
            counts.indexes += parse_index_name(object.name) ? 1U : 0U;
            counts.heartbeats += parse_heartbeat_name(object.name) ? 1U : 0U;
            if (const auto pack = parse_pack_name(object.name)) {
                ++(pack->kind == PackKind::Data ? counts.data_packs : counts.metadata_packs);
            }
        }
        return counts;
    }

    void step()
    {
        ++done_;
        if (progress_) {
            progress_(std::min(done_, total_), total_);
        }
    }

    /// The whole log from its first entry. Behind an entry that cannot be read, the others are at least opened.
    Result<void> check_log(std::uint64_t remembered)
    {
        const Result<void> read = read_log(store_, keyring_, log_);
        if (!read.ok() && !is_finding(read.error())) {
            return read.error();
        }
        if (!read.ok()) {
            findings_.add(read.error().text());
            whole_log_ = false;
        }
        for (const LogGap& gap : log_.gaps) {
            findings_.add(gap.reason);
            report_.log_gaps.push_back(gap);
            whole_log_ = false;
        }
        for (const LogGap& lost : log_.lost) {
            report_.notes.push_back(
                log_entry_name(lost.first) +
                (lost.first == lost.last ? "" : " to " + log_entry_name(lost.last)) +
                ": given up by a repair"
            );
        }
        if (read.ok() && log_.sequence < remembered) {
            findings_.add(
                fmt::format("{}: the log entry is missing", log_entry_name(log_.sequence + 1))
            );
            whole_log_ = false;
        }
        return {};
    }

    /// Everything but packs. Objects that went away since they were listed are nobody's loss.
    Result<void> check_small_objects(PackCatalog& catalog)
    {
        bool has_slot = false;
        for (const store::ObjectInfo& object : objects_) {
            if (parse_pack_name(object.name)) {
                continue;
            }
            step();
            if (!is_ours(object.name)) {
                report_.notes.push_back(fmt::format("{} is no object of a repository", object.name)
                );
                continue;
            }
            has_slot = has_slot || parse_key_slot_name(object.name);
            if (object.size_bytes > kMostSmallBytes) {
                findings_.add(fmt::format(
                    "{}: {} bytes are too many for such an object", object.name, object.size_bytes
                ));
                continue;
            }
            const Result<Bytes> content = store_.get(object.name);
            if (!content.ok() && content.error().code() == ErrorCode::NotFound) {
                continue;
            }
            if (!content.ok() && !is_finding(content.error())) {
                return content.error();
            }
            if (!content.ok()) {
                findings_.add(named(object.name, content.error()));
                continue;
            }
            report_.bytes_read += content->size();
            TRY(check_small_object(object.name, *content, catalog));
        }
        if (!has_slot) {
            findings_.add(
                "k/: there is no key slot, so that no password opens the repository any more"
            );
        }
        return {};
    }

    static bool is_ours(const std::string& name)
    {
        return parse_key_slot_name(name) || parse_log_entry_name(name) || parse_index_name(name) ||
               parse_heartbeat_name(name);
    }

    Result<void>
    check_small_object(const std::string& name, const Bytes& content, PackCatalog& catalog)
    {
        if (parse_key_slot_name(name)) {
            check_key_slot(name, content);
            return {};
        }
        if (parse_index_name(name)) {
            return check_index(name, content, catalog);
        }
        const ObjectKind kind =
            parse_heartbeat_name(name) ? ObjectKind::Heartbeat : ObjectKind::LogEntry;
        if (is_given_up(name)) {
            return {};
        }
        if (const auto plain = open_object(keyring_, kind, name, content); !plain.ok()) {
            findings_.add(plain.error().text());
        }
        return {};
    }

    bool is_given_up(const std::string& name) const
    {
        const std::optional<std::uint64_t> entry = parse_log_entry_name(name);
        return entry && std::ranges::any_of(log_.lost, [&](const LogGap& lost) {
                   return lost.first <= *entry && *entry <= lost.last;
               });
    }

    void check_key_slot(const std::string& name, const Bytes& content)
    {
        const Result<KeySlot> slot = decode_key_slot(name, content);
        if (!slot.ok()) {
            findings_.add(slot.error().text());
        } else if (slot->repository != keyring_.repository) {
            findings_.add(fmt::format("{}: belongs to repository {}", name, slot->repository.hex())
            );
        }
    }

    /// An index that misleads would not hurt old points but every new one.
    Result<void> check_index(const std::string& name, const Bytes& content, PackCatalog& catalog)
    {
        const Result<Bytes> plain = open_object(keyring_, ObjectKind::Index, name, content);
        if (!plain.ok()) {
            findings_.add(plain.error().text());
            return {};
        }
        const Result<std::vector<PackDirectory>> packs = decode_index(*plain, name);
        if (!packs.ok()) {
            findings_.add(packs.error().text());
            return {};
        }
        for (const PackDirectory& pack : *packs) {
            const ListedPack* listed = catalog.find(pack.pack.id, pack.pack.kind);
            if (listed == nullptr) {
                continue;
            }
            const auto directory = catalog.directory(*listed);
            if (!directory.ok() && !is_finding(directory.error())) {
                return directory.error();
            }
            if (directory.ok() && (*directory)->records != pack.records) {
                findings_.add(fmt::format(
                    "{}: differs from the directory of pack {}", name, pack.pack.id.hex()
                ));
            }
        }
        return {};
    }

    Result<void> check_packs(PackCatalog& catalog, unsigned percent)
    {
        const std::vector<bool> drawn = draw(catalog.packs().size(), percent);
        const std::unordered_set<PackId> used = used_packs(log_);
        for (std::size_t i = 0; i < drawn.size(); ++i) {
            const ListedPack& pack = catalog.packs()[i];
            const Result<void> checked = drawn[i] ? read_pack(pack) : open_directory(catalog, pack);
            step();
            const bool is_gone = !checked.ok() && checked.error().code() == ErrorCode::NotFound;
            // A prune may take an unused pack away between listing and reading.
            if (checked.ok() || (is_gone && !used.contains(pack.name.id))) {
                continue;
            }
            if (!is_finding(checked.error())) {
                return checked.error();
            }
            findings_.add_pack(
                pack.name.id, named(pack_name(pack.name.kind, pack.name.id), checked.error())
            );
        }
        return {};
    }

    static std::string named(const std::string& name, const Error& error)
    {
        const std::string text = error.text();
        return text.find(name) == std::string::npos ? fmt::format("{}: {}", name, text) : text;
    }

    Result<void> read_pack(const ListedPack& pack)
    {
        report_.bytes_read += pack.bytes;
        return verify_pack(
            store_,
            keyring_,
            pack,
            [&](const Error& error, const DirectoryEntry& record) {
                findings_.add_record(pack.name.id, record.offset, error.text());
            }
        );
    }

    static Result<void> open_directory(PackCatalog& catalog, const ListedPack& pack)
    {
        TRY(catalog.directory(pack));
        return {};
    }

    Result<void> check_points(PackCatalog& catalog)
    {
        PointCheck points(repository_, catalog, findings_);
        for (const Point& point : log_.points) {
            TRY_LET(const std::vector<std::string> damages, points.check(point));
            step();
            if (damages.empty()) {
                continue;
            }
            TRY_LET(const bool exists, still_exists(point.id));
            if (!exists) {
                continue;
            }
            report_.damaged_points.push_back(point.id);
            for (const std::string& damage : damages) {
                findings_.add(damage);
            }
        }
        report_.bytes_read += points.bytes_read();
        return {};
    }

    /// A point may be forgotten, and its packs pruned, while it is being looked at.
    Result<bool> still_exists(const PointId& point)
    {
        LogState now = log_;
        const Result<void> read = whole_log_ ? read_log(store_, keyring_, now) : Result<void>();
        if (!read.ok() && !is_finding(read.error())) {
            return read.error();
        }
        return std::ranges::find(now.points, point, &Point::id) != now.points.end();
    }

    void note_unused_packs(const PackCatalog& catalog)
    {
        const std::unordered_set<PackId> used = used_packs(log_);
        std::uint64_t packs = 0;
        std::uint64_t bytes = 0;
        for (const ListedPack& pack : catalog.packs()) {
            if (!used.contains(pack.name.id)) {
                ++packs;
                bytes += pack.bytes;
            }
        }
        if (packs > 0) {
            report_.notes.push_back(fmt::format(
                "{} packs ({} bytes) are used by no restore point{}",
                packs,
                bytes,
                whole_log_
                    ? "; a prune removes them"
                    : " that the log can still tell; they stay, since what cannot be read of "
                      "it may name them"
            ));
        }
    }

    Repository& repository_;
    store::Store& store_;
    const Keyring& keyring_;
    const OnProgress& progress_;
    LogState log_;
    bool whole_log_ = true;
    std::vector<store::ObjectInfo> objects_;
    Findings findings_;
    CheckReport report_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace

Maintenance::Maintenance(Repository& repository) : repository_(repository) {}

Result<CheckReport> Maintenance::check(const CheckOptions& options, const OnProgress& progress)
{
    Repository::Parts& parts = *repository_.parts_;
    std::uint64_t remembered = 0;
    {
        const MutexLock lock(parts.log_mutex);
        remembered = parts.log.sequence;
    }
    return Check(repository_, parts.keyring, progress).run(options, remembered);
}

}  // namespace starkeep::repository
