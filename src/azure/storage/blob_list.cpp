// SPDX-License-Identifier: Apache-2.0
#include "azure/storage/blob_client.hpp"
#include "azure/storage/sas.hpp"
#include "azure/storage/service.hpp"
#include "azure/storage/storage_error.hpp"
#include "azure/storage/xml_internal.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/date.hpp"
#include "http/message.hpp"
#include "sys/clock.hpp"

#include <pugixml.hpp>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::azure::storage {

namespace {

Result<BlobInfo> read_blob(const pugi::xml_node& blob)
{
    const pugi::xml_node properties = blob.child("Properties");
    BlobInfo info{.name = blob.child_value("Name")};
    TRY_LET(info.size_bytes, get_number(properties, "Content-Length"));
    const Result<std::chrono::sys_seconds> modified =
        http::parse_http_date(properties.child_value("Last-Modified"));
    if (!modified.ok()) {
        return Error{ErrorCode::Corrupt, modified.error().message()};
    }
    info.modified = *modified;
    return info;
}

}  // namespace

Result<BlobPage> parse_blob_page(std::string_view xml)
{
    TRY_LET(
        const std::unique_ptr<pugi::xml_document> document, parse_xml(xml, "EnumerationResults")
    );
    const pugi::xml_node results = document->child("EnumerationResults");
    BlobPage page{.blobs = {}, .next = results.child_value("NextMarker")};
    for (const pugi::xml_node& blob : results.child("Blobs").children("Blob")) {
        // A name that XML cannot carry comes encoded: none of ours, and not to be mistaken for one.
        if (blob.child("Name").attribute("Encoded").as_bool()) {
            continue;
        }
        TRY_LET(BlobInfo info, read_blob(blob));
        page.blobs.push_back(std::move(info));
    }
    return page;
}

Result<UserDelegationKey> BlobClient::user_delegation_key(
    std::chrono::sys_seconds from, std::chrono::sys_seconds until, std::stop_token stop
)
{
    const std::string body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><KeyInfo><Start>" +
                             sys::format_rfc3339(from) + "</Start><Expiry>" +
                             sys::format_rfc3339(until) + "</Expiry></KeyInfo>";
    const http::Request request{
        .method = "POST",
        .headers = {{"Content-Type", "application/xml"}},
        .body = to_bytes(body),
        .is_repeatable = true,
    };
    TRY_LET(
        const http::Response response,
        service_.send(request, "/?restype=service&comp=userdelegationkey", std::move(stop))
    );
    if (response.status != 200) {
        return storage_error(response, "asking for a user delegation key");
    }
    TRY_LET(
        const std::unique_ptr<pugi::xml_document> document,
        parse_xml(response.text(), "UserDelegationKey")
    );
    const pugi::xml_node key = document->child("UserDelegationKey");
    return UserDelegationKey{
        .object_id = key.child_value("SignedOid"),
        .tenant_id = key.child_value("SignedTid"),
        .starts = key.child_value("SignedStart"),
        .expires = key.child_value("SignedExpiry"),
        .service = key.child_value("SignedService"),
        .version = key.child_value("SignedVersion"),
        .value = Secret(key.child_value("Value")),
    };
}

}  // namespace starkeep::azure::storage
