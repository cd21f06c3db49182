// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/name_book.hpp"

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/dns_message.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::uint32_t kPublicTtl = 60;
constexpr std::chrono::seconds kLongestTtl{86'400};
constexpr int kLongestChain = 8;

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

bool is_below(std::string_view name, std::string_view zone)
{
    return name == zone || (name.size() > zone.size() && name.ends_with(zone) &&
                            name[name.size() - zone.size() - 1] == '.');
}

std::string full_name(const AddressRecord& record, const ZoneFact& zone)
{
    return record.name == "@" ? lower(zone.name) : lower(record.name) + "." + lower(zone.name);
}

std::uint32_t ttl_of(const AddressRecord& record)
{
    return static_cast<std::uint32_t>(
        std::clamp(record.ttl, std::chrono::seconds(0), kLongestTtl).count()
    );
}

}  // namespace

void NameBook::put_zone(const ZoneFact& zone)
{
    const MutexLock lock(mutex_);
    zones_.insert_or_assign(zone.id, zone);
}

void NameBook::remove_zone(const FactId& id)
{
    const MutexLock lock(mutex_);
    zones_.erase(id);
}

void NameBook::put_public(std::string_view name, std::variant<Address, std::string> value)
{
    const MutexLock lock(mutex_);
    public_.insert_or_assign(lower(name), std::move(value));
}

void NameBook::remove_public(std::string_view name)
{
    const MutexLock lock(mutex_);
    public_.erase(lower(name));
}

const ZoneFact* NameBook::zone_of(std::string_view name, const std::optional<FactId>& network) const
{
    const ZoneFact* closest = nullptr;
    for (const auto& [id, zone] : zones_) {
        const bool is_seen =
            network && std::ranges::find(zone.networks, *network) != zone.networks.end();
        if (is_seen && is_below(name, lower(zone.name)) &&
            (closest == nullptr || zone.name.size() > closest->name.size())) {
            closest = &zone;
        }
    }
    return closest;
}

NameBook::Step
NameBook::look_up(const std::string& name, const std::optional<FactId>& network) const
{
    Step step;
    if (const ZoneFact* zone = zone_of(name, network); zone != nullptr) {
        step.exists = name == lower(zone->name);
        for (const AddressRecord& record : zone->records) {
            if (full_name(record, *zone) != name) {
                continue;
            }
            step.exists = true;
            for (const std::string& text : record.addresses) {
                if (const Result<Address> address = parse_address(text); address.ok()) {
                    step.records.push_back(
                        {.name = name, .ttl_seconds = ttl_of(record), .value = *address}
                    );
                }
            }
        }
        return step;
    }
    if (const auto found = public_.find(name); found != public_.end()) {
        step.exists = true;
        step.records.push_back({.name = name, .ttl_seconds = kPublicTtl, .value = found->second});
    }
    return step;
}

DnsAnswer
NameBook::find(std::string_view name, DnsType type, const std::optional<FactId>& network) const
{
    const MutexLock lock(mutex_);
    DnsAnswer answer;
    std::string next = lower(name);
    for (int i = 0; i < kLongestChain; ++i) {
        const Step step = look_up(next, network);
        if (!step.exists) {
            answer.status = DnsStatus::NoSuchName;
            return answer;
        }
        const std::string* canonical = nullptr;
        for (const DnsRecord& record : step.records) {
            const bool is_name = std::holds_alternative<std::string>(record.value);
            if (is_name || type == DnsType::A || type == DnsType::Any) {
                answer.records.push_back(record);
            }
            canonical = is_name ? std::get_if<std::string>(&record.value) : canonical;
        }
        if (canonical == nullptr || type == DnsType::CanonicalName) {
            return answer;
        }
        next = lower(*canonical);
    }
    return {.status = DnsStatus::ServerFailure};
}

}  // namespace starkeep::localcloud
