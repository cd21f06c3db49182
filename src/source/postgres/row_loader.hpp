// SPDX-License-Identifier: Apache-2.0
// One connection that loads rows: every unit in one transaction with its entry in the journal.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/writer.hpp"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

namespace starkeep::source::postgres {

class RowLoader final : public Loader {
public:
    /// `context` must outlive the loader.
    static Result<std::unique_ptr<Loader>>
    open(const RestoreContext& context, std::stop_token stop);

    Result<bool> begin(const Placement& placement, const std::string& unit) override;
    Result<void> write(ByteView rows) override;
    Result<void> end(std::uint64_t rows) override;

private:
    RowLoader(const RestoreContext& context, ServerConnection connection)
        : context_(context), connection_(std::move(connection))
    {
    }

    Result<void> begin_copy(const Placement& placement);

    const RestoreContext& context_;
    ServerConnection connection_;
    std::string object_;  ///< being loaded
    std::string
        after_;  ///< moves rows from the staging table to their place; empty when they are there
};

}  // namespace starkeep::source::postgres
