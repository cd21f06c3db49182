// SPDX-License-Identifier: Apache-2.0
#include "store_blob/blob_url.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "http/url.hpp"
#include "store/object_name.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace starkeep::store_blob {

namespace {

constexpr std::string_view kScheme = "azblob://";

Error no_blob_url(std::string_view text, const std::string& why)
{
    return {
        ErrorCode::InvalidInput,
        "\"" + http::redacted(text) + "\" names no container of Blob storage: " + why,
        "Name it as in azblob://account/container or azblob://account/container/prefix."
    };
}

bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Source: learn.microsoft.com "Storage account overview", names.
bool is_account_name(std::string_view name)
{
    return name.size() >= 3 && name.size() <= 24 && std::ranges::all_of(name, is_lower_or_digit);
}

/// Source: learn.microsoft.com "Naming and referencing containers, blobs, and metadata".
bool is_container_name(std::string_view name)
{
    return name.size() >= 3 && name.size() <= 63 && is_lower_or_digit(name.front()) &&
           is_lower_or_digit(name.back()) && name.find("--") == std::string_view::npos &&
           std::ranges::all_of(name, [](char c) { return c == '-' || is_lower_or_digit(c); });
}

/// Takes what stands before the next '/', and that '/' as well.
std::string_view take_part(std::string_view& rest)
{
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return part;
}

}  // namespace

Result<BlobUrl> BlobUrl::parse(std::string_view text)
{
    if (!text.starts_with(kScheme)) {
        return no_blob_url(text, "it does not begin with azblob://");
    }
    std::string_view rest = text.substr(kScheme.size());
    BlobUrl url;
    url.account = take_part(rest);
    url.container = take_part(rest);
    while (rest.ends_with('/')) {
        rest.remove_suffix(1);
    }
    url.prefix = rest;
    if (!is_account_name(url.account)) {
        return no_blob_url(text, "an account's name is 3 to 24 small letters and digits");
    }
    if (!is_container_name(url.container)) {
        return no_blob_url(
            text, "a container's name is 3 to 63 small letters, digits and single dashes"
        );
    }
    if (!url.prefix.empty() && !store::is_object_name(url.prefix)) {
        return no_blob_url(text, "a prefix is made of parts of small letters, digits and ._-");
    }
    return url;
}

std::string BlobUrl::text() const
{
    return std::string(kScheme) + account + "/" + container + (prefix.empty() ? "" : "/" + prefix);
}

}  // namespace starkeep::store_blob
