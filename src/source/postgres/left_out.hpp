// SPDX-License-Identifier: Apache-2.0
// What a restore could not bring back, gathered into one line per reason.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <map>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

class LeftOut {
public:
    void add(std::string line);
    /// `what` ("owner of table public.orders") was left out because `role` is not there.
    void add_role(const std::string& role, std::string what);
    void add_under(const std::string& reason, std::string what);
    void merge(const LeftOut& other);

    bool is_empty() const { return lines_.empty() && groups_.empty(); }
    /// One line per add(), without repetition, and one per role or other common reason.
    std::vector<std::string> lines() const;

    Json to_json() const;
    /// Errors: Corrupt.
    static Result<LeftOut> from_json(const Json& value);

private:
    std::vector<std::string> lines_;
    std::map<std::string, std::vector<std::string>> groups_;
};

}  // namespace starkeep::source::postgres
