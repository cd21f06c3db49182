// SPDX-License-Identifier: Apache-2.0
#include "engine/export/export.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/copy_text.hpp"
#include "engine/export/row_filter.hpp"
#include "engine/export/row_format.hpp"
#include "engine/point_reader.hpp"
#include "engine/progress.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

Result<std::size_t> column_position(const repository::ManifestObject& object, std::string_view name)
{
    const auto found =
        std::ranges::find(object.columns, name, [](const auto& column) { return column.first; });
    if (found != object.columns.end()) {
        return static_cast<std::size_t>(found - object.columns.begin());
    }
    std::string names;
    for (const auto& column : object.columns) {
        names += (names.empty() ? "" : ", ") + column.first;
    }
    return Error{
        ErrorCode::InvalidInput,
        object.name + " has no column \"" + std::string(name) + "\"",
        "It has: " + names + "."
    };
}

class Export {
public:
    Export(
        const repository::Repository& repository,
        const std::vector<const repository::ManifestObject*>& objects,
        const ExportRequest& request,
        const ByteSink& sink,
        Progress& progress
    )
        : repository_(repository)
        , objects_(objects)
        , request_(request)
        , out_(sink)
        , progress_(progress)
    {
    }

    Result<std::uint64_t> run()
    {
        for (const repository::ManifestObject* object : objects_) {
            TRY(check(*object));
            progress_.bytes_total += object->bytes;
        }
        TRY(open_writer(*objects_.front()));
        for (const repository::ManifestObject* object : objects_) {
            for (const repository::Reference& reference : object->segments) {
                TRY_LET(const repository::Segment segment, read_segment(repository_, reference));
                TRY(request_.where ? pass_chosen(segment) : pass_all(segment));
            }
        }
        TRY(out_.flush());
        return rows_;
    }

private:
    Result<void> check(const repository::ManifestObject& object) const
    {
        if (object.row_form != "copy-text") {
            return Error{
                ErrorCode::InvalidInput, object.name + " holds rows of the form " + object.row_form
            };
        }
        if (object.columns != objects_.front()->columns) {
            return Error{
                ErrorCode::InvalidInput,
                object.name + " has its columns in another order than " + objects_.front()->name,
                "Export the partitions one by one."
            };
        }
        return {};
    }

    Result<void> open_writer(const repository::ManifestObject& object)
    {
        if (request_.where) {
            TRY_LET(where_column_, column_position(object, request_.where->first));
        }
        if (request_.format == ExportFormat::Csv) {
            auto writer = std::make_unique<CsvWriter>(object, out_);
            TRY(writer->header());
            writer_ = std::move(writer);
        } else if (request_.format == ExportFormat::Ndjson) {
            writer_ = std::make_unique<NdjsonWriter>(object, out_);
        }
        if (writer_) {
            decoder_ = std::make_unique<CopyTextDecoder>(*writer_);
        }
        return {};
    }

    Result<void> write(ByteView rows)
    {
        return decoder_ ? decoder_->add(rows) : out_.write(as_text(rows));
    }

    Result<void> pass_all(const repository::Segment& segment)
    {
        for (const repository::Leaf& leaf : segment.leaves) {
            rows_ += leaf.rows;
        }
        return each_piece(segment, [&](ByteView piece) { return write(piece); });
    }

    Result<void> pass_chosen(const repository::Segment& segment)
    {
        for (const repository::Leaf& leaf : segment.leaves) {
            const repository::Segment alone{
                .lower = segment.lower, .upper = segment.upper, .open = true, .leaves = {leaf}
            };
            ENSURE(request_.where.has_value());
            RowMatcher matcher(where_column_, request_.where->second);
            CopyTextDecoder decoder(matcher);
            TRY(each_piece(alone, [&](ByteView piece) { return decoder.add(piece); }));
            const auto chosen = std::ranges::count(matcher.matches(), true);
            if (chosen == 0) {
                continue;
            }
            rows_ += static_cast<std::uint64_t>(chosen);
            RowGate gate(matcher.matches());
            TRY(each_piece(alone, [&](ByteView piece) {
                return gate.pass(piece, [&](ByteView rows) { return write(rows); });
            }));
        }
        return {};
    }

    Result<void> each_piece(const repository::Segment& segment, const ByteSink& sink)
    {
        return read_leaves(
            repository_,
            segment,
            [&](const repository::Leaf&, ByteView piece) -> Result<void> {
                if (request_.stop.stop_requested()) {
                    return Error{ErrorCode::Cancelled, "stopped on request"};
                }
                progress_.bytes_done += piece.size();
                return sink(piece);
            }
        );
    }

    const repository::Repository& repository_;
    const std::vector<const repository::ManifestObject*>& objects_;
    const ExportRequest& request_;
    OutputBuffer out_;
    Progress& progress_;
    std::unique_ptr<FieldSink> writer_;
    std::unique_ptr<CopyTextDecoder> decoder_;
    std::size_t where_column_ = 0;
    std::uint64_t rows_ = 0;
};

}  // namespace

Result<std::uint64_t> export_rows(
    const repository::Repository& repository,
    const std::vector<const repository::ManifestObject*>& objects,
    const ExportRequest& request,
    const ByteSink& sink,
    Progress& progress
)
{
    return Export(repository, objects, request, sink, progress).run();
}

}  // namespace starkeep::engine
