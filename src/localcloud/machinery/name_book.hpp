// SPDX-License-Identifier: Apache-2.0
// Which address a name has, seen from one network: private zones first, then the public names, nothing else.
#pragma once

#include "base/mutex.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/dns_message.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace starkeep::localcloud {

/// The names of the whole cloud. A private zone that a network sees decides all names below it, also by not having them:
/// that is how Azure's resolver behaves without fallback to the internet.
/// Thread: any.
class NameBook {
public:
    void put_zone(const ZoneFact& zone);
    void remove_zone(const FactId& id);

    /// `value`: an address, or the name that stands for this one.
    void put_public(std::string_view name, std::variant<Address, std::string> value);
    void remove_public(std::string_view name);

    /// The chain of canonical names, then the addresses. No network is the internet, which sees no private zone.
    DnsAnswer find(std::string_view name, DnsType type, const std::optional<FactId>& network) const;

private:
    struct Step {
        bool exists = false;
        std::vector<DnsRecord> records;
    };
    Step look_up(const std::string& name, const std::optional<FactId>& network) const
        REQUIRES(mutex_);
    const ZoneFact* zone_of(std::string_view name, const std::optional<FactId>& network) const
        REQUIRES(mutex_);

    mutable Mutex mutex_;
    std::map<FactId, ZoneFact> zones_ GUARDED_BY(mutex_);
    std::map<std::string, std::variant<Address, std::string>, std::less<>> public_ GUARDED_BY(mutex_
    );
};

}  // namespace starkeep::localcloud
