// SPDX-License-Identifier: Apache-2.0
#include "appliance/policy.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::appliance {

namespace {

constexpr unsigned kMaxDepth = 16;
constexpr std::size_t kMaxText = std::size_t{256} << 10U;

Error at_line(const YAML::Mark& mark, const std::string& what)
{
    return {
        ErrorCode::InvalidInput, "policy file, line " + std::to_string(mark.line + 1) + ": " + what
    };
}

/// Quoted text stays text; plain words become what they look like.
Json scalar(const YAML::Node& node)
{
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") {
        return text;
    }
    if (text == "on" || text == "true" || text == "yes") {
        return true;
    }
    if (text == "off" || text == "false" || text == "no") {
        return false;
    }
    if (std::int64_t number = 0; YAML::convert<std::int64_t>::decode(node, number)) {
        return number;
    }
    return text;
}

Result<Json> convert(const YAML::Node& node, unsigned depth);

Result<Json> convert_map(const YAML::Node& node, unsigned depth)
{
    Json object = Json::object();
    for (const auto& member : node) {
        if (!member.first.IsScalar()) {
            return at_line(member.first.Mark(), "a member's name must be a word");
        }
        const std::string& key = member.first.Scalar();
        if (object.contains(key)) {
            return at_line(member.first.Mark(), "member \"" + key + "\" appears twice");
        }
        TRY_LET(object[key], convert(member.second, depth + 1));
    }
    return object;
}

Result<Json> convert(const YAML::Node& node, unsigned depth)
{
    if (depth > kMaxDepth) {
        return at_line(node.Mark(), "it nests too deeply");
    }
    if (node.IsMap()) {
        return convert_map(node, depth);
    }
    if (node.IsSequence()) {
        Json list = Json::array();
        for (const auto& element : node) {
            TRY_LET(Json converted, convert(element, depth + 1));
            list.push_back(std::move(converted));
        }
        return list;
    }
    return node.IsScalar() ? scalar(node) : Json();
}

void emit(YAML::Emitter& out, const Json& value)
{
    if (value.is_object()) {
        out << YAML::BeginMap;
        for (const auto& [key, member] : value.items()) {
            out << YAML::Key << key << YAML::Value;
            emit(out, member);
        }
        out << YAML::EndMap;
    } else if (value.is_array()) {
        out << (value.empty() ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
        for (const Json& element : value) {
            emit(out, element);
        }
        out << YAML::EndSeq;
    } else if (value.is_string()) {
        out << YAML::DoubleQuoted << value.get_ref<const std::string&>();
    } else if (value.is_boolean()) {
        out << (value.get<bool>() ? "on" : "off");
    } else if (value.is_null()) {
        out << YAML::Null;
    } else {
        out << value.get<std::int64_t>();
    }
}

}  // namespace

Result<Json> parse_policy_yaml(std::string_view text)
{
    if (text.size() > kMaxText) {
        return Error{ErrorCode::InvalidInput, "the policy file is larger than 256 KiB"};
    }
    try {
        const YAML::Node root = YAML::Load(std::string(text));
        if (!root.IsMap()) {
            return Error{
                ErrorCode::InvalidInput,
                "the policy file holds no members",
                "It begins with lines such as name: and sources:."
            };
        }
        return convert(root, 0);
    } catch (const YAML::Exception& fault) {
        return at_line(fault.mark, fault.msg);
    }
}

std::string format_policy_yaml(const Json& document)
{
    YAML::Emitter out;
    emit(out, document);
    return std::string(out.c_str()) + "\n";
}

}  // namespace starkeep::appliance
