// SPDX-License-Identifier: Apache-2.0
// Public names and addresses of the cloud's services, and the alias that a private endpoint makes of a name.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/fabric.hpp"
#include "localcloud/machinery/name_book.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

/// A service "x.blob.core.SUFFIX" has a public address. As soon as a private endpoint leads to it, its name is an alias of
/// "x.privatelink.blob.core.SUFFIX", for every resolver of the world; a private zone of that name decides from there.
/// Source: Azure, "Private endpoint DNS configuration", read 2026-11-26.
/// Thread: any.
class PublicNames {
public:
    /// The others must outlive it.
    PublicNames(
        NameBook& book, Fabric& fabric, std::string storage_suffix, std::string postgres_suffix
    )
        : book_(book)
        , fabric_(fabric)
        , storage_suffix_(std::move(storage_suffix))
        , postgres_suffix_(std::move(postgres_suffix))
    {
    }

    /// What follows an account's or a cluster's own labels.
    std::string suffix(ServiceKind kind) const;

    /// `labels` come before the suffix. The address stays the same until remove().
    /// Errors: NoSpace.
    Result<Address> put(const PrivateServiceKey& key, std::string_view labels);
    void remove(const PrivateServiceKey& key);
    /// After an endpoint of this service came or went.
    void refresh(const PrivateServiceKey& key);

private:
    struct Service {
        std::string labels;
        Address address;
    };
    Result<Address> free_address(ServiceKind kind) REQUIRES(mutex_);
    void publish(const PrivateServiceKey& key, const Service& service);

    NameBook& book_;
    Fabric& fabric_;
    std::string storage_suffix_;
    std::string postgres_suffix_;
    Mutex mutex_;
    std::map<PrivateServiceKey, Service> services_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::localcloud
