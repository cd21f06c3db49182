// SPDX-License-Identifier: Apache-2.0
// What a check has found so far, and what of it makes a reference useless.
#pragma once

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "repository/names.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace starkeep::repository {

/// Whether a failure says something about the object rather than about the way to it. A disk that cannot read one
/// object any more is a finding about that object, so Unavailable is one too.
inline bool is_finding(const Error& error)
{
    return error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::Unsupported ||
           error.code() == ErrorCode::NotFound || error.code() == ErrorCode::Unavailable;
}

class Findings {
public:
    /// Keeps a sentence once, however many points suffer from it.
    void add(std::string sentence)
    {
        if (seen_.insert(sentence).second) {
            sentences_.push_back(std::move(sentence));
        }
    }

    void add_pack(const PackId& pack, std::string sentence)
    {
        packs_.insert(pack);
        add(std::move(sentence));
    }

    void add_record(const PackId& pack, std::uint32_t offset, std::string sentence)
    {
        records_[pack].insert(offset);
        add(std::move(sentence));
    }

    bool is_damaged(const PackId& pack) const { return packs_.contains(pack); }
    bool is_damaged(const PackId& pack, std::uint32_t offset) const
    {
        const auto found = records_.find(pack);
        return packs_.contains(pack) || (found != records_.end() && found->second.contains(offset));
    }

    std::vector<std::string> take() { return std::exchange(sentences_, {}); }

private:
    std::vector<std::string> sentences_;
    std::unordered_set<std::string> seen_;
    std::unordered_set<PackId> packs_;
    std::unordered_map<PackId, std::set<std::uint32_t>> records_;
};

}  // namespace starkeep::repository
