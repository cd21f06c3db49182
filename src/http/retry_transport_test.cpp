// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/date.hpp"
#include "http/message.hpp"
#include "http/retry_transport.hpp"
#include "http/transport.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <stop_token>
#include <utility>
#include <vector>

namespace starkeep::http {
namespace {

using std::chrono::milliseconds;

/// Answers by a list; the last one for ever.
class ScriptedTransport final : public Transport {
public:
    explicit ScriptedTransport(std::vector<Result<Response>> answers) : answers_(std::move(answers))
    {
    }
    Result<Response> send(const Request&, std::stop_token) override
    {
        return answers_.at(std::min(sent++, answers_.size() - 1));
    }
    std::size_t sent = 0;

private:
    std::vector<Result<Response>> answers_;
};

const Error kLost{ErrorCode::Unavailable, "lost"};

struct Waits {
    std::vector<milliseconds> pauses;

    RetryOptions options()
    {
        RetryOptions options;
        options.wait = [this](std::stop_token, milliseconds pause) {
            pauses.push_back(pause);
            return true;
        };
        return options;
    }
};

TEST(RetryTransport, TriesARepeatableRequestAgainUntilItIsAnswered)
{
    ScriptedTransport inner({kLost, Response{.status = 503}, Response{.status = 200}});
    Waits waits;
    RetryTransport retry(inner, waits.options());

    ASSERT_OK_AND_LET(
        const Response response, retry.send({.method = "PUT", .url = "https://h/"}, {})
    );

    EXPECT_EQ(response.status, 200);
    ASSERT_EQ(waits.pauses.size(), 2U);
    EXPECT_GE(waits.pauses[0], milliseconds(400));
    EXPECT_LE(waits.pauses[0], milliseconds(800));
    EXPECT_GE(waits.pauses[1], milliseconds(800));
    EXPECT_LE(waits.pauses[1], milliseconds(1600));
}

TEST(RetryTransport, GivesUpAfterFiveTriesWithTheLastAnswer)
{
    ScriptedTransport inner({Response{.status = 500}});
    Waits waits;
    RetryTransport retry(inner, waits.options());

    ASSERT_OK_AND_LET(
        const Response response, retry.send({.method = "GET", .url = "https://h/"}, {})
    );

    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(inner.sent, 5U);
}

TEST(RetryTransport, DoesNotSendAgainWhatMayHaveRunAlready)
{
    for (const Result<Response>& answer :
         std::vector<Result<Response>>{kLost, Response{.status = 500}}) {
        ScriptedTransport inner({answer});
        Waits waits;
        RetryTransport retry(inner, waits.options());

        static_cast<void>(retry.send({.method = "POST", .url = "https://h/"}, {}));

        EXPECT_EQ(inner.sent, 1U);
    }
}

TEST(RetryTransport, SendsAPostAgainWhenTheServerRefusedItOrTheCallerAllowsIt)
{
    ScriptedTransport refused({Response{.status = 429}, Response{.status = 201}});
    ScriptedTransport lost({kLost, Response{.status = 201}});
    Waits waits;

    ASSERT_OK_AND_LET(
        const Response first,
        RetryTransport(refused, waits.options()).send({.method = "POST", .url = "https://h/"}, {})
    );
    ASSERT_OK_AND_LET(
        const Response second,
        RetryTransport(lost, waits.options())
            .send({.method = "POST", .url = "https://h/", .is_repeatable = true}, {})
    );

    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(second.status, 201);
}

TEST(RetryTransport, LeavesPermanentAnswersAndOtherFailuresAlone)
{
    for (const Result<Response>& answer : std::vector<Result<Response>>{
             Response{.status = 404},
             Response{.status = 409},
             Error{ErrorCode::Cancelled, "stopped"},
             Error{ErrorCode::Corrupt, "too large"}
         }) {
        ScriptedTransport inner({answer});
        Waits waits;

        static_cast<void>(
            RetryTransport(inner, waits.options()).send({.method = "GET", .url = "https://h/"}, {})
        );

        EXPECT_EQ(inner.sent, 1U);
    }
}

TEST(RetryTransport, StopsWaitingWhenAskedTo)
{
    ScriptedTransport inner({kLost});
    RetryOptions options;
    options.wait = [](std::stop_token, milliseconds) {
        return false;
    };

    EXPECT_ERROR(
        RetryTransport(inner, options).send({.method = "GET", .url = "https://h/"}, {}),
        ErrorCode::Cancelled
    );
}

TEST(RetryTransport, WaitsAsLongAsTheServerWishesButNotForEver)
{
    ScriptedTransport inner(
        {Response{.status = 429, .headers = {{"Retry-After", "7"}}},
         Response{.status = 429, .headers = {{"Retry-After", "86400"}}},
         Response{.status = 200}}
    );
    Waits waits;

    ASSERT_OK(
        RetryTransport(inner, waits.options()).send({.method = "GET", .url = "https://h/"}, {})
    );

    EXPECT_EQ(waits.pauses, (std::vector<milliseconds>{milliseconds(7000), milliseconds(60'000)}));
}

TEST(WishedPause, UnderstandsMillisecondsSecondsAndDates)
{
    const std::chrono::sys_seconds now{std::chrono::seconds(1'790'000'000)};
    const auto wish = [now](Headers headers) {
        return wished_pause({.status = 429, .headers = std::move(headers)}, now);
    };

    EXPECT_EQ(wish({{"retry-after-ms", "250"}, {"Retry-After", "9"}}), milliseconds(250));
    EXPECT_EQ(wish({{"x-ms-retry-after-ms", "40"}}), milliseconds(40));
    EXPECT_EQ(
        wish({{"Retry-After", format_http_date(now + std::chrono::seconds(90))}}),
        milliseconds(90'000)
    );
    EXPECT_EQ(
        wish({{"Retry-After", format_http_date(now - std::chrono::hours(1))}}), milliseconds(0)
    );
    for (const char* nonsense : {"", "-1", "soon", "1.5", "99999999999999999999"}) {
        EXPECT_EQ(wish({{"Retry-After", nonsense}}), milliseconds(0)) << nonsense;
    }
    EXPECT_EQ(
        wish({{"Retry-After", "18446744073709551615"}}), milliseconds(std::chrono::hours(24))
    );
}

}  // namespace
}  // namespace starkeep::http
