// SPDX-License-Identifier: Apache-2.0
#include "localcloud/resource_store.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "localcloud/private_file.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "sys/file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::uint64_t kMostBytes = 256U << 20U;

template <typename Found, typename Map>
std::vector<Found*> select(Map& resources, std::string_view type, std::string_view scope)
{
    std::vector<Found*> found;
    for (auto& [key, resource] : resources) {
        if (is_same(resource.type, type) && key.starts_with(scope)) {
            found.push_back(&resource);
        }
    }
    return found;
}

}  // namespace

std::string Resource::id() const
{
    return text_at(document, "id");
}

std::string Resource::name() const
{
    return text_at(document, "name");
}

std::string Resource::region() const
{
    return region_name(text_at(document, "location"));
}

Result<ResourceStore> ResourceStore::open(const std::filesystem::path& file)
{
    ResourceStore store(file);
    TRY_LET(const bool is_there, sys::exists(file));
    if (!is_there) {
        return store;
    }
    TRY_LET(const Bytes bytes, sys::read_file(file, kMostBytes));
    TRY_LET(const Json document, json::parse(as_text(bytes)));
    TRY_LET(const Json resources, json::get_array(document, "resources"));
    for (const Json& item : resources) {
        Resource resource;
        TRY_LET(resource.type, json::get_string(item, "type"));
        TRY_LET(resource.document, json::get_object(item, "document"));
        resource.hidden = at(item, "hidden");
        TRY_LET(const std::string key, json::get_string(item, "key"));
        store.put(key, std::move(resource));
    }
    return store;
}

Resource* ResourceStore::find(std::string_view key)
{
    const auto found = resources_.find(key);
    return found == resources_.end() ? nullptr : &found->second;
}

const Resource* ResourceStore::find(std::string_view key) const
{
    const auto found = resources_.find(key);
    return found == resources_.end() ? nullptr : &found->second;
}

Resource& ResourceStore::put(const std::string& key, Resource resource)
{
    return resources_.insert_or_assign(key, std::move(resource)).first->second;
}

void ResourceStore::remove(const std::string& key)
{
    resources_.erase(key);
}

std::vector<Resource*> ResourceStore::list(std::string_view type, std::string_view scope)
{
    return select<Resource>(resources_, type, scope);
}

std::vector<const Resource*>
ResourceStore::list(std::string_view type, std::string_view scope) const
{
    return select<const Resource>(resources_, type, scope);
}

std::vector<std::string> ResourceStore::keys_below(std::string_view key) const
{
    const std::string beginning = std::string(key) + "/";
    std::vector<std::string> keys;
    for (const auto& [other, resource] : resources_) {
        if (other.starts_with(beginning)) {
            keys.push_back(other);
        }
    }
    return keys;
}

Result<void> ResourceStore::save() const
{
    Json document{{"version", 1}};
    Json& list = document["resources"] = Json::array();
    for (const auto& [key, resource] : resources_) {
        Json item{{"key", key}, {"type", resource.type}, {"document", resource.document}};
        if (!resource.hidden.is_null()) {
            item["hidden"] = resource.hidden;
        }
        list.push_back(std::move(item));
    }
    return write_private_file(file_, json::format(document));
}

}  // namespace starkeep::localcloud
