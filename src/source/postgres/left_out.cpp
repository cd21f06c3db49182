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
    add_under("role " + role + " does not exist at the target", std::move(what));
}

void LeftOut::add_under(const std::string& reason, std::string what)
{
    add_once(groups_[reason], std::move(what));
}

void LeftOut::merge(const LeftOut& other)
{
    for (const std::string& line : other.lines_) {
        add(line);
    }
    for (const auto& [reason, list] : other.groups_) {
        for (const std::string& what : list) {
            add_under(reason, what);
        }
    }
}

std::vector<std::string> LeftOut::lines() const
{
    constexpr std::size_t kNamed = 5;
    std::vector<std::string> out = lines_;
    for (const auto& [reason, list] : groups_) {
        std::string line = reason + ": ";
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
    Json groups = Json::object();
    for (const auto& [reason, list] : groups_) {
        groups[reason] = list;
    }
    Json out = Json::object();
    out["lines"] = lines_;
    out["groups"] = std::move(groups);
    return out;
}

Result<LeftOut> LeftOut::from_json(const Json& value)
{
    LeftOut out;
    TRY_LET(const Json lines, json::get_array(value, "lines"));
    TRY_LET(out.lines_, texts(lines));
    TRY_LET(const Json groups, json::get_object(value, "groups"));
    for (const auto& [reason, list] : groups.items()) {
        TRY_LET(out.groups_[reason], texts(list));
    }
    return out;
}

}  // namespace starkeep::source::postgres
