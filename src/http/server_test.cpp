// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace starkeep::http {
namespace {

/// Says back what came.
Response echo(const Request& request, const Peer& peer)
{
    Response response{.status = 200, .headers = {{"Content-Type", "text/plain"}}};
    response.headers.add("X-Peer", peer.address);
    response.headers.add("X-Asked", request.headers.find("x-ask").value_or("nothing"));
    response.body =
        to_bytes(request.method + " " + request.url + " " + std::string(as_text(request.body)));
    return response;
}

TEST(Server, HandsOverMethodTargetHeadersAndBody)
{
    ASSERT_OK_AND_LET(const auto server, Server::start({}, echo));
    httplib::Client client("127.0.0.1", server->port());

    const auto answer = client.Patch("/a%20b?c=d%2Fe", {{"X-Ask", "what"}}, "body", "text/plain");

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "PATCH /a%20b?c=d%2Fe body");
    EXPECT_EQ(answer->get_header_value("X-Asked"), "what");
    EXPECT_EQ(answer->get_header_value("X-Peer"), "127.0.0.1");
}

TEST(Server, SendsEveryStatusAsTheHandlerGaveIt)
{
    ASSERT_OK_AND_LET(const auto server, Server::start({}, [](const Request&, const Peer&) {
                          return Response{.status = 202, .headers = {{"Retry-After", "3"}}};
                      }));
    httplib::Client client("127.0.0.1", server->port());

    const auto answer = client.Delete("/x");

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 202);
    EXPECT_EQ(answer->get_header_value("Retry-After"), "3");
}

TEST(Server, RefusesABodyBeyondItsLimit)
{
    ASSERT_OK_AND_LET(const auto server, Server::start({.max_body_bytes = 10}, echo));
    httplib::Client client("127.0.0.1", server->port());

    const auto answer = client.Put("/x", std::string(11, 'a'), "text/plain");

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 413);
}

TEST(Server, AnswersAFailingHandlerWithAServersError)
{
    ASSERT_OK_AND_LET(
        const auto server,
        Server::start(
            {}, [](const Request&, const Peer&) -> Response { throw std::runtime_error("secret"); }
        )
    );
    httplib::Client client("127.0.0.1", server->port());

    const auto answer = client.Get("/x");

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 500);
    EXPECT_FALSE(answer->has_header("EXCEPTION_WHAT"));
}

TEST(Server, TakesNoConnectionAfterItsStop)
{
    ASSERT_OK_AND_LET(const auto server, Server::start({}, echo));
    server->stop();
    server->stop();

    httplib::Client client("127.0.0.1", server->port());

    EXPECT_FALSE(client.Get("/x"));
}

TEST(Server, SaysThatAPortIsTaken)
{
    ASSERT_OK_AND_LET(const auto first, Server::start({}, echo));

    EXPECT_ERROR(
        Server::start({.host = "127.0.0.1", .port = first->port()}, echo), ErrorCode::Unavailable
    );
}

TEST(Server, RefusesCertificatesThatAreNotThere)
{
    EXPECT_ERROR(
        Server::start({.tls = TlsFiles{.certificate = "/none.pem", .key = "/none.key"}}, echo),
        ErrorCode::Denied
    );
}

}  // namespace
}  // namespace starkeep::http
