// SPDX-License-Identifier: Apache-2.0
// Every resource that there is, kept in one file of the state folder.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

/// What a GET shows, and what only the cloud itself knows (keys, passwords, host names).
struct Resource {
    std::string
        type;  ///< "Microsoft.Network/virtualNetworks/subnets"; resource groups are "Microsoft.Resources/resourceGroups"
    Json document;
    Json hidden{};

    std::string id() const;
    std::string name() const;
    /// Without case and spaces.
    std::string region() const;
};

/// Keyed by ids in lower case. Thread: one at a time; the control plane holds its lock.
class ResourceStore {
public:
    /// Errors: those of files; Corrupt.
    static Result<ResourceStore> open(const std::filesystem::path& file);

    Resource* find(std::string_view key);
    const Resource* find(std::string_view key) const;
    Resource& put(const std::string& key, Resource resource);
    void remove(const std::string& key);

    /// All of a type whose keys begin with `scope` ("" for all), by key.
    std::vector<Resource*> list(std::string_view type, std::string_view scope = {});
    std::vector<const Resource*> list(std::string_view type, std::string_view scope = {}) const;
    /// Everything below a key, the deepest last.
    std::vector<std::string> keys_below(std::string_view key) const;
    const std::map<std::string, Resource, std::less<>>& all() const { return resources_; }

    /// Writes the file. Errors: those of files.
    Result<void> save() const;

private:
    explicit ResourceStore(std::filesystem::path file) : file_(std::move(file)) {}

    std::filesystem::path file_;
    std::map<std::string, Resource, std::less<>> resources_;
};

}  // namespace starkeep::localcloud
