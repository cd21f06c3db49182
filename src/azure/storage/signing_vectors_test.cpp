// SPDX-License-Identifier: Apache-2.0
// The published signing vectors. They lie outside of the project, where STARKEEP_AZURE_CONTRACT says, or beside it.
#include "azure/storage/sas.hpp"
#include "azure/storage/shared_key.hpp"
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"
#include "sys/environment.hpp"
#include "sys/file.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace starkeep::azure::storage {
namespace {

std::filesystem::path vectors()
{
    const std::filesystem::path contract =
        sys::get_env("STARKEEP_AZURE_CONTRACT")
            .value_or(
                (std::filesystem::path(STARKEEP_SOURCE_DIR).parent_path() / "shared/azure").string()
            );
    return contract / "examples" / "vectors";
}

Result<Json> read_vectors(const std::string& file)
{
    TRY_LET(const Bytes content, sys::read_file(vectors() / file, std::uint64_t{16} << 20U));
    TRY_LET(const Json document, json::parse(as_text(content)));
    return json::get_array(document, "vectors");
}

std::string text(const Json& object, const char* key)
{
    return object.value(key, "");
}

std::optional<std::chrono::sys_seconds> time(const Json& object, const char* key)
{
    const Result<std::chrono::sys_seconds> parsed = sys::parse_rfc3339(text(object, key));
    return parsed.ok() ? std::optional(*parsed) : std::nullopt;
}

SasGrant grant(const Json& input)
{
    return {
        .permissions = text(input, "sp"),
        .starts_at = time(input, "st"),
        .expires_at = time(input, "se"),
        .addresses = text(input, "sip"),
        .protocols = text(input, "spr"),
        .policy = text(input, "si"),
        .version = text(input, "sv"),
    };
}

SasBlobScope blob_scope(const Json& input)
{
    return {
        .account = text(input, "account"),
        .container = text(input, "container"),
        .blob = text(input, "blob"),
        .snapshot = text(input, "snapshot"),
        .response =
            {
                .cache_control = text(input, "rscc"),
                .content_disposition = text(input, "rscd"),
                .content_encoding = text(input, "rsce"),
                .content_language = text(input, "rscl"),
                .content_type = text(input, "rsct"),
            },
    };
}

SasQueueScope queue_scope(const Json& input)
{
    return {.account = text(input, "account"), .queue = text(input, "queue")};
}

UserDelegationKey delegation_key(const Json& input)
{
    const Json& key = input.at("udk");
    return {
        .object_id = text(key, "signedObjectId"),
        .tenant_id = text(key, "signedTenantId"),
        .starts = text(key, "signedStartsOn"),
        .expires = text(key, "signedExpiresOn"),
        .service = text(key, "signedService"),
        .version = text(key, "signedVersion"),
        .value = Secret(text(key, "value")),
    };
}

Result<std::string> made_by_key(const std::string& kind, const Json& vector)
{
    const Json& input = vector.at("input");
    TRY_LET(
        const SharedKey key, SharedKey::parse(text(input, "account"), text(vector, "account_key"))
    );
    if (kind == "blob-service-sas") {
        return blob_sas(key, blob_scope(input), grant(input));
    }
    if (kind == "queue-service-sas") {
        return queue_sas(key, queue_scope(input), grant(input));
    }
    ENSURE(kind == "account-sas");
    return account_sas(
        key, {.services = text(input, "ss"), .resource_types = text(input, "srt")}, grant(input)
    );
}

Result<std::string> made(const Json& vector)
{
    const std::string kind = text(vector, "kind");
    const Json& input = vector.at("input");
    if (kind == "blob-user-delegation-sas") {
        return blob_sas(delegation_key(input), blob_scope(input), grant(input));
    }
    if (kind == "queue-user-delegation-sas") {
        return queue_sas(delegation_key(input), queue_scope(input), grant(input));
    }
    return made_by_key(kind, vector);
}

std::map<std::string, std::string> parameters(const std::string& query)
{
    const Result<http::QueryParameters> parsed = http::parse_query(query);
    ENSURE(parsed.ok());
    return {parsed->begin(), parsed->end()};
}

TEST(SharedAccessSignatures, AreAsAllPublishedVectorsSay)
{
    if (!std::filesystem::exists(vectors())) {
        GTEST_SKIP() << "the vectors are not at " << vectors()
                     << "; set STARKEEP_AZURE_CONTRACT to the folder that holds examples/vectors";
    }
    ASSERT_OK_AND_LET(const Json all, read_vectors("sas_vectors.json"));
    EXPECT_EQ(all.size(), 95U);
    for (const Json& vector : all) {
        SCOPED_TRACE(vector.dump());
        ASSERT_OK_AND_LET(const std::string query, made(vector));
        EXPECT_EQ(parameters(query).at("sig"), text(vector, "signature"));
        if (vector.contains("token")) {
            EXPECT_EQ(parameters(query), parameters(text(vector, "token")));
        }
    }
}

TEST(SharedKeySignatures, AreAsAllPublishedVectorsSay)
{
    if (!std::filesystem::exists(vectors())) {
        GTEST_SKIP() << "the vectors are not at " << vectors()
                     << "; set STARKEEP_AZURE_CONTRACT to the folder that holds examples/vectors";
    }
    ASSERT_OK_AND_LET(const Json all, read_vectors("shared_key_vectors.json"));
    EXPECT_EQ(all.size(), 38U);
    for (const Json& vector : all) {
        SCOPED_TRACE(vector.dump());
        http::Request request{.method = text(vector, "method"), .url = text(vector, "url")};
        for (const auto& [name, value] : vector.at("headers").items()) {
            request.headers.add(name, value.get<std::string>());
        }
        request.body.resize(
            std::stoul(request.headers.find("Content-Length").value_or("0")), std::byte{0}
        );
        const std::string authorization = text(vector, "authorization");
        const std::string account =
            authorization.substr(10, authorization.find(':') - 10);  // "SharedKey "
        ASSERT_OK_AND_LET(
            const SharedKey key, SharedKey::parse(account, text(vector, "account_key"))
        );
        EXPECT_EQ(*shared_key_text(request, account), text(vector, "stringToSign"));
        EXPECT_EQ(*key.authorization(request), authorization);
    }
}

TEST(SharedKey, RefusesWhatIsNoKeyWithoutRepeatingIt)
{
    const auto key = SharedKey::parse("acc", "s3cret!");

    EXPECT_ERROR(key, ErrorCode::InvalidInput);
    EXPECT_EQ(key.error().text().find("s3cret"), std::string::npos);
}

TEST(SasExpiry, IsReadFromTheQuery)
{
    EXPECT_EQ(
        sas_expiry("?sv=1&se=2030-01-02T03%3A04%3A05Z&sig=x"),
        *sys::parse_rfc3339("2030-01-02T03:04:05Z")
    );
    EXPECT_FALSE(sas_expiry("sv=1&se=tomorrow").has_value());
    EXPECT_FALSE(sas_expiry("%").has_value());
}

}  // namespace
}  // namespace starkeep::azure::storage
