// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/public_names.hpp"

#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/fabric.hpp"

#include <set>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

namespace {

/// The first ones are the cloud's own, as kControlAddress.
constexpr std::uint32_t kReserved = 16;

}  // namespace

std::string PublicNames::suffix(ServiceKind kind) const
{
    switch (kind) {
    case ServiceKind::Blob:
        return "blob." + storage_suffix_;
    case ServiceKind::Queue:
        return "queue." + storage_suffix_;
    case ServiceKind::PostgresCluster:
    case ServiceKind::MongoAccount:
        return postgres_suffix_;
    }
    return storage_suffix_;
}

Result<Address> PublicNames::free_address(ServiceKind kind)
{
    const bool is_storage = kind == ServiceKind::Blob || kind == ServiceKind::Queue;
    const Prefix& range = is_storage ? kStorageRange : kControlRange;
    std::set<Address> taken;
    for (const auto& [key, service] : services_) {
        taken.insert(service.address);
    }
    for (Address next{range.first.number + kReserved}; next < range.last(); ++next.number) {
        if (!taken.contains(next)) {
            return next;
        }
    }
    return Error{ErrorCode::NoSpace, "no public address is free in " + range.text()};
}

Result<Address> PublicNames::put(const PrivateServiceKey& key, std::string_view labels)
{
    const MutexLock lock(mutex_);
    const auto known = services_.find(key);
    if (known != services_.end()) {
        publish(key, known->second);
        return known->second.address;
    }
    TRY_LET(const Address address, free_address(key.kind));
    const Service service{.labels = std::string(labels), .address = address};
    services_.emplace(key, service);
    publish(key, service);
    return address;
}

void PublicNames::publish(const PrivateServiceKey& key, const Service& service)
{
    const std::string name = service.labels + "." + suffix(key.kind);
    const std::string alias = service.labels + ".privatelink." + suffix(key.kind);
    if (fabric_.endpoint_count(key) > 0) {
        book_.put_public(alias, service.address);
        book_.put_public(name, alias);
    } else {
        book_.put_public(name, service.address);
        book_.remove_public(alias);
    }
}

void PublicNames::remove(const PrivateServiceKey& key)
{
    const MutexLock lock(mutex_);
    const auto found = services_.find(key);
    if (found != services_.end()) {
        book_.remove_public(found->second.labels + "." + suffix(key.kind));
        book_.remove_public(found->second.labels + ".privatelink." + suffix(key.kind));
        services_.erase(found);
    }
}

void PublicNames::refresh(const PrivateServiceKey& key)
{
    const MutexLock lock(mutex_);
    const auto found = services_.find(key);
    if (found != services_.end()) {
        publish(key, found->second);
    }
}

}  // namespace starkeep::localcloud
