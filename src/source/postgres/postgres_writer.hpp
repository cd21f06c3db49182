// SPDX-License-Identifier: Apache-2.0
// One restore into one PostgreSQL database.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/writer.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

/// Thread: one, but the loaders are each a thread's own.
class PostgresWriter final : public DatabaseWriter {
public:
    explicit PostgresWriter(std::unique_ptr<RestoreContext> context) : context_(std::move(context))
    {
    }

    Result<WritePlan> plan() override;
    Result<void> create() override;
    Result<std::unique_ptr<Loader>> connect(std::stop_token stop) override;
    Result<void> finish(const std::function<void(const std::string&)>& step) override;
    const std::vector<std::string>& left_out() const override { return left_out_; }

private:
    Result<bool> resume(ServerConnection& connection);
    Result<void> create_or_resume();
    Result<void> run_finisher(const std::function<void(const std::string&)>& step);
    Error with_event_triggers(Error error) const;
    Result<void> make_everything(ServerConnection& connection);
    Result<void> require_tables(ServerConnection& connection) const;
    Result<void> prepare_existing(ServerConnection& connection);
    Result<WritePlan> plan_with_existing(ServerConnection& connection);

    std::unique_ptr<RestoreContext> context_;
    std::vector<std::string> left_out_;
};

}  // namespace starkeep::source::postgres
