// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/service_error.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "http/message.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace starkeep::azure::arm {
namespace {

http::Response response_of(int status, std::string_view body)
{
    const ByteView bytes = as_bytes(body);
    return {
        .status = status,
        .headers = {{"x-ms-request-id", "r-1"}, {"x-ms-correlation-request-id", "c-1"}},
        .body = Bytes(bytes.begin(), bytes.end())
    };
}

const Asked kAsked{
    .what = "make virtual network net",
    .actions = "Microsoft.Network/virtualNetworks/write",
    .scope = "/subscriptions/s/resourceGroups/g"
};

TEST(ServiceError, HasCodeWordsAndRequestIdOfTheEnvelope)
{
    const Error error = service_error(
        response_of(
            404, R"({"error":{"code":"ResourceNotFound","message":"The Resource\r\nis gone"}})"
        ),
        kAsked
    );

    EXPECT_EQ(error.code(), ErrorCode::NotFound);
    EXPECT_EQ(
        error.message(),
        "cannot make virtual network net: status 404 ResourceNotFound: The Resource is gone "
        "(request r-1, correlation c-1)"
    );
}

TEST(ServiceError, ReadsTheBareFormOfCosmos)
{
    const ServiceFault fault = parse_service_fault(std::string_view(
        R"({"code":"BadRequest","message":"no\r\nActivityId: 1, Microsoft.Azure.Documents.Common/2.14.0"})"
    ));

    EXPECT_EQ(fault.code, "BadRequest");
    EXPECT_EQ(fault.message, "no ActivityId: 1, Microsoft.Azure.Documents.Common/2.14.0");
}

TEST(ServiceError, TakesAnEmptyBodyAndAWebPage)
{
    for (const std::string_view body : {"", "<html>Bad Gateway</html>", "[1]", "{\"error\":7}"}) {
        SCOPED_TRACE(body);
        const Error error = service_error(response_of(502, body), kAsked);
        EXPECT_EQ(error.code(), ErrorCode::Unavailable);
    }
}

TEST(ServiceError, NamesActionScopeAndRemedyOfADenial)
{
    const Error error =
        service_error(response_of(403, R"({"error":{"code":"AuthorizationFailed"}})"), kAsked);

    EXPECT_EQ(error.code(), ErrorCode::Denied);
    EXPECT_NE(error.hint().find("Microsoft.Network/virtualNetworks/write"), std::string::npos);
    EXPECT_NE(error.hint().find("/subscriptions/s/resourceGroups/g"), std::string::npos);
    EXPECT_NE(error.hint().find("account check"), std::string::npos);
}

TEST(ServiceError, TellsWhatACodeMeansBesideItsStatus)
{
    struct Case {
        std::string_view name;
        int status;
        std::string_view code;
        ErrorCode meaning;
    };
    for (const Case& each : {
             Case{"quota", 409, "QuotaExceeded", ErrorCode::NoSpace},
             Case{"quota of cores", 409, "OperationNotAllowed", ErrorCode::NoSpace},
             Case{"throttled core", 429, "OperationNotAllowed", ErrorCode::Throttled},
             Case{"no capacity", 409, "ZonalAllocationFailed", ErrorCode::NoSpace},
             Case{"full subnet", 400, "SubnetIsFull", ErrorCode::NoSpace},
             Case{"name taken", 409, "StorageAccountAlreadyTaken", ErrorCode::Exists},
             Case{"unregistered", 409, "MissingSubscriptionRegistration", ErrorCode::Unsupported},
             Case{"busy", 409, "AnotherOperationInProgress", ErrorCode::Conflict},
             Case{"etag", 412, "PreconditionFailed", ErrorCode::Conflict},
             Case{"locked", 409, "ScopeLocked", ErrorCode::Denied},
             Case{"policy", 403, "RequestDisallowedByPolicy", ErrorCode::Denied},
             Case{"bad request", 400, "InvalidParameter", ErrorCode::Rejected},
             Case{"too large", 413, "RequestEntityTooLarge", ErrorCode::InvalidInput},
             Case{"broken", 500, "InternalServerError", ErrorCode::Unavailable},
         }) {
        SCOPED_TRACE(each.name);
        const std::string body = "{\"error\":{\"code\":\"" + std::string(each.code) + "\"}}";
        EXPECT_EQ(service_error(response_of(each.status, body), kAsked).code(), each.meaning);
    }
}

TEST(ServiceError, LooksIntoTheDetailsOfAnEmptyCode)
{
    const Error error = service_error(
        response_of(
            409,
            R"({"error":{"code":"DeploymentFailed","message":"see details","details":[{"code":"SkuNotAvailable","message":"no F4s"}]}})"
        ),
        kAsked
    );

    EXPECT_EQ(error.code(), ErrorCode::NoSpace);
    EXPECT_NE(error.message().find("no F4s"), std::string::npos);
}

TEST(ServiceError, HidesSignaturesThatComeBackInAMessage)
{
    const Error error = service_error(
        response_of(
            400,
            R"({"error":{"code":"BadRequest","message":"https://a.blob/x?sp=r&sig=abc%2Bdef"}})"
        ),
        kAsked
    );

    EXPECT_EQ(error.message().find("abc"), std::string::npos);
}

TEST(ServiceError, ClassifiesAFailedOperationByItsCode)
{
    const ServiceFault fault{.code = "AllocationFailed", .message = "no room"};

    EXPECT_EQ(operation_error("Failed", fault, kAsked).code(), ErrorCode::NoSpace);
    EXPECT_EQ(operation_error("Canceled", {}, kAsked).code(), ErrorCode::Rejected);
}

}  // namespace
}  // namespace starkeep::azure::arm
