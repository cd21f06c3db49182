// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/archive.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace starkeep::source::postgres {

namespace {

constexpr std::string_view kMagic = "PGDMP";
constexpr unsigned kCustomFormat = 1;
constexpr unsigned kOldestMinor = 10;
constexpr unsigned kNewestMinor = 16;

Error corrupt(const char* what)
{
    return {ErrorCode::Corrupt, std::string("definitions archive: ") + what};
}

class ArchiveReader {
public:
    explicit ArchiveReader(ByteView bytes) : rest_(bytes) {}

    Result<Archive> read()
    {
        Archive archive;
        TRY(read_head(archive));
        TRY_LET(const std::int64_t count, integer());
        if (count < 0) {
            return corrupt("a negative number of entries");
        }
        for (std::int64_t i = 0; i < count; ++i) {
            ArchiveEntry entry;
            TRY(read_entry(entry));
            archive.entries.push_back(std::move(entry));
        }
        return archive;
    }

private:
    Result<unsigned> byte()
    {
        if (rest_.empty()) {
            return corrupt("it ends too early");
        }
        const auto value = std::to_integer<unsigned>(rest_.front());
        rest_ = rest_.subspan(1);
        return value;
    }

    /// A sign byte, then the magnitude, low byte first.
    Result<std::int64_t> integer()
    {
        TRY_LET(const unsigned sign, byte());
        std::uint64_t magnitude = 0;
        for (unsigned i = 0; i < integer_bytes_; ++i) {
            TRY_LET(const unsigned digit, byte());
            magnitude |= std::uint64_t{digit} << (8U * i);
        }
        if (magnitude > std::numeric_limits<std::int32_t>::max()) {
            return corrupt("a number out of range");
        }
        const auto value = static_cast<std::int64_t>(magnitude);
        return sign != 0 ? -value : value;
    }

    /// Nothing for the archive's NULL.
    Result<std::optional<std::string>> text()
    {
        TRY_LET(const std::int64_t length, integer());
        if (length < 0) {
            return std::optional<std::string>();
        }
        const auto wanted = static_cast<std::size_t>(length);
        if (wanted > rest_.size()) {
            return corrupt("a text runs past its end");
        }
        std::string out(as_text(rest_.first(wanted)));
        rest_ = rest_.subspan(wanted);
        return std::optional<std::string>(std::move(out));
    }

    Result<void> text_into(std::string& out)
    {
        TRY_LET(std::optional<std::string> read, text());
        out = std::move(read).value_or(std::string());
        return {};
    }

    Result<void> skip_byte()
    {
        TRY(byte());
        return {};
    }

    Result<void> skip_integer()
    {
        TRY(integer());
        return {};
    }

    Result<void> skip_text()
    {
        TRY(text());
        return {};
    }

    Result<void> read_head(Archive& archive)
    {
        if (!as_text(rest_).starts_with(kMagic)) {
            return corrupt("it does not begin as one");
        }
        rest_ = rest_.subspan(kMagic.size());
        TRY(read_versions());
        TRY_LET(integer_bytes_, byte());
        TRY_LET(offset_bytes_, byte());
        TRY_LET(const unsigned format, byte());
        if (format != kCustomFormat || (integer_bytes_ != 4 && integer_bytes_ != 8) ||
            (offset_bytes_ != 4 && offset_bytes_ != 8)) {
            return corrupt("not of the custom format");
        }
        if (minor_ >= 15) {
            TRY(skip_byte());  // compression
        } else {
            TRY(skip_integer());  // compression level
        }
        constexpr int kTimeFields = 7;
        for (int i = 0; i < kTimeFields; ++i) {
            TRY(skip_integer());
        }
        TRY(text_into(archive.database));
        TRY(text_into(archive.server_version));
        return skip_text();  // pg_dump's own version
    }

    Result<void> read_versions()
    {
        TRY_LET(const unsigned major, byte());
        TRY_LET(minor_, byte());
        TRY(skip_byte());  // revision
        if (major != 1 || minor_ < kOldestMinor || minor_ > kNewestMinor) {
            return Error{
                ErrorCode::Unsupported,
                "definitions archive: format version " + std::to_string(major) + "." +
                    std::to_string(minor_) + " is not known",
                "Use a newer version of this program."
            };
        }
        return {};
    }

    Result<void> read_entry(ArchiveEntry& entry)
    {
        TRY_LET(const std::int64_t id, integer());
        if (id <= 0) {
            return corrupt("an entry without a number");
        }
        entry.id = static_cast<std::uint64_t>(id);
        TRY(skip_integer());  // whether data may follow
        TRY(skip_text());     // catalog of the object
        TRY(skip_text());     // its OID
        TRY(text_into(entry.name));
        TRY(text_into(entry.kind));
        entry.section = Section::None;
        if (minor_ >= 11) {
            TRY_LET(const std::int64_t section, integer());
            if (section < 1 || section > 4) {
                return corrupt("an unknown section");
            }
            entry.section = static_cast<Section>(section);
        }
        TRY(text_into(entry.definition));
        TRY(text_into(entry.drop));
        TRY(skip_text());  // COPY statement
        TRY(text_into(entry.schema));
        TRY(text_into(entry.tablespace));
        if (minor_ >= 14) {
            TRY(text_into(entry.access_method));
        }
        if (minor_ >= 16) {
            TRY(skip_integer());  // pg_class.relkind
        }
        TRY(text_into(entry.owner));
        TRY(skip_text());  // WITH OIDS
        TRY(read_needs(entry));
        return skip_data_position();
    }

    Result<void> read_needs(ArchiveEntry& entry)
    {
        while (true) {
            TRY_LET(const std::optional<std::string> digits, text());
            if (!digits) {
                return {};
            }
            std::uint64_t id = 0;
            const char* end = digits->data() + digits->size();
            const auto parsed = std::from_chars(digits->data(), end, id);
            if (parsed.ec != std::errc() || parsed.ptr != end) {
                return corrupt("a dependency that is no number");
            }
            entry.needs.push_back(id);
        }
    }

    Result<void> skip_data_position()
    {
        for (unsigned i = 0; i < 1 + offset_bytes_; ++i) {
            TRY(skip_byte());
        }
        return {};
    }

    ByteView rest_;
    unsigned minor_ = 0;
    unsigned integer_bytes_ = 4;
    unsigned offset_bytes_ = 8;
};

}  // namespace

Result<Archive> parse_archive(ByteView bytes)
{
    return ArchiveReader(bytes).read();
}

}  // namespace starkeep::source::postgres
