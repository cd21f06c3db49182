// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/left_out.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

void add_once(std::vector<std::string>& list, std::string text)
{
    if (std::ranges::find(list, text) == list.end()) {
        list.push_back(std::move(text));
    }
}

Result<std::vector<std::string>> texts(const Json& list)
{
    std::vector<std::string> out;
    for (const Json& text : list) {
        if (!text.is_string()) {
            return Error{ErrorCode::Corrupt, "journal: a note is no text"};
        }
        out.push_back(text.get<std::string>());
    }
    return out;
}

}  // namespace

void LeftOut::add(std::string line)
{
    add_once(lines_, std::move(line));
}

void LeftOut::add_role(const std::string& role, std::string what)
{
    add_once(roles_[role], std::move(what));
}

void LeftOut::merge(const LeftOut& other)
{
    for (const std::string& line : other.lines_) {
        add(line);
    }
    for (const auto& [role, list] : other.roles_) {
        for (const std::string& what : list) {
            add_role(role, what);
        }
    }
}

std::vector<std::string> LeftOut::lines() const
{
    constexpr std::size_t kNamed = 5;
    std::vector<std::string> out = lines_;
    for (const auto& [role, list] : roles_) {
        std::string line = "role " + role + " does not exist at the target: ";
        for (std::size_t i = 0; i < list.size() && i < kNamed; ++i) {
            line += (i > 0 ? ", " : "") + list[i];
        }
        if (list.size() > kNamed) {
            line += " and " + std::to_string(list.size() - kNamed) + " more";
        }
        out.push_back(line + (list.size() == 1 ? " was left out" : " were left out"));
    }
    return out;
}

Json LeftOut::to_json() const
{
    Json roles = Json::object();
    for (const auto& [role, list] : roles_) {
        roles[role] = list;
    }
    Json out = Json::object();
    out["lines"] = lines_;
    out["roles"] = std::move(roles);
    return out;
}

Result<LeftOut> LeftOut::from_json(const Json& value)
{
    LeftOut out;
    TRY_LET(const Json lines, json::get_array(value, "lines"));
    TRY_LET(out.lines_, texts(lines));
    TRY_LET(const Json roles, json::get_object(value, "roles"));
    for (const auto& [role, list] : roles.items()) {
        TRY_LET(out.roles_[role], texts(list));
    }
    return out;
}

}  // namespace starkeep::source::postgres
