// SPDX-License-Identifier: Apache-2.0
#include "appliance/native_step.hpp"

#include "appliance/policy.hpp"
#include "appliance/session_reporter.hpp"
#include "appliance/sessions.hpp"
#include "appliance/subjects.hpp"
#include "azure/arm/client.hpp"
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/cosmos_accounts/cosmos_accounts.hpp"
#include "azure/postgres_clusters/postgres_clusters.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace starkeep::appliance {

namespace {

namespace cosmos = azure::cosmos_accounts;

constexpr const char* kOperation = "native";

cosmos::BackupKind kind_of(NativeTier tier)
{
    return tier == NativeTier::Continuous7Days ? cosmos::BackupKind::Continuous7Days
                                               : cosmos::BackupKind::Continuous30Days;
}

/// Waits for a change that an earlier run of the appliance had begun.
Result<void>
finish_begun(azure::arm::Client& arm, TaskReporter& reporter, const std::stop_token& stop)
{
    TRY_LET(
        const std::optional<Sessions::Operation> begun,
        reporter.sessions().find_operation(reporter.session(), reporter.task(), kOperation)
    );
    if (begun) {
        TRY_LET(
            const azure::arm::OperationHandle handle,
            azure::arm::parse_operation_handle(begun->handle)
        );
        TRY(arm.wait(handle, {.stop = stop}));
        TRY(reporter.sessions().remove_operation(reporter.session(), reporter.task(), kOperation));
    }
    return {};
}

Result<void> refuse_impossible(const cosmos::Account& account, const NativePart& wanted)
{
    if (account.has_many_write_regions) {
        return Error{
            ErrorCode::Unsupported,
            "account " + account.name +
                " writes in several regions: Azure has no continuous backup for it",
            "It is unprotected by the native part; back it up to a repository."
        };
    }
    if (account.backup.kind == cosmos::BackupKind::Continuous30Days &&
        wanted.tier == NativeTier::Continuous7Days && !wanted.allow_shorter) {
        return Error{
            ErrorCode::InvalidInput,
            "account " + account.name +
                " keeps 30 days, the policy wants 7: the older history would be "
                "lost",
            "Set native.allow_shorter: on in the policy if that is meant."
        };
    }
    return {};
}

Result<Json> keep_cosmos(
    azure::arm::Client& arm,
    const Source& source,
    const NativePart& wanted,
    TaskReporter& reporter,
    const std::stop_token& stop
)
{
    TRY_LET(const azure::arm::ResourceId id, azure::arm::ResourceId::parse(source.resource_id));
    TRY(finish_begun(arm, reporter, stop));
    TRY_LET(cosmos::Account account, cosmos::get_account(arm, id, stop));
    const std::string before(name(account.backup.kind));
    const bool change = account.backup.kind != kind_of(wanted.tier);
    if (change) {
        TRY(refuse_impossible(account, wanted));
        const azure::arm::Wait wait{
            .stop = stop,
            .keep =
                [&reporter](const azure::arm::OperationHandle& handle) {
                    // Lost, it costs one more look after a restart.
                    static_cast<void>(reporter.sessions().save_operation(
                        reporter.session(), reporter.task(), kOperation, azure::arm::to_json(handle)
                    ));
                }
        };
        TRY_LET(account, cosmos::set_backup_tier(arm, id, kind_of(wanted.tier), wait));
        TRY(reporter.sessions().remove_operation(reporter.session(), reporter.task(), kOperation));
    }
    const std::string now(name(account.backup.kind));
    TRY(reporter.end(
        kNativeStep,
        StepState::Done,
        change ? "changed from " + before + " to " + now : "is " + now + " already"
    ));
    return Json{
        {"before", before},
        {"tier", now},
        {"changed", change},
        {"migration_state", account.backup.migration_state}
    };
}

Result<Json> tell_cluster(
    azure::arm::Client& arm,
    const Source& source,
    TaskReporter& reporter,
    const std::stop_token& stop
)
{
    TRY_LET(const azure::arm::ResourceId id, azure::arm::ResourceId::parse(source.resource_id));
    TRY_LET(
        const azure::postgres_clusters::Cluster cluster,
        azure::postgres_clusters::get_cluster(arm, id, stop)
    );
    const std::string earliest =
        cluster.earliest_restore ? sys::format_rfc3339(*cluster.earliest_restore) : std::string();
    TRY(reporter.end(
        kNativeStep,
        StepState::Done,
        earliest.empty() ? "no restore window yet" : "restorable since " + earliest
    ));
    return Json{{"changed", false}, {"earliest_restore", earliest}};
}

}  // namespace

Result<Json> keep_native(
    azure::arm::Client& arm,
    const Source& source,
    const NativePart& wanted,
    TaskReporter& reporter,
    std::stop_token stop
)
{
    TRY(reporter.begin(kNativeStep, "looking at " + reporter.task()));
    return source.kind == SourceKind::CosmosAccount
               ? keep_cosmos(arm, source, wanted, reporter, stop)
               : tell_cluster(arm, source, reporter, stop);
}

}  // namespace starkeep::appliance
