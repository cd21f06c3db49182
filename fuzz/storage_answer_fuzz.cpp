// SPDX-License-Identifier: Apache-2.0
// Whatever Blob and Queue answer is understood or refused, and what we write into a message comes back the same.
#include "azure/storage/blob_client.hpp"
#include "azure/storage/queue_client.hpp"
#include "azure/storage/sas.hpp"
#include "azure/storage/storage_error.hpp"
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "http/date.hpp"
#include "http/message.hpp"
#include "http/url.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

void check_url(std::string_view text)
{
    const auto url = starkeep::http::parse_url(text);
    if (url.ok()) {
        const auto again = starkeep::http::parse_url(url->text());
        ENSURE(again.ok() && again->text() == url->text());
    }
    const auto back = starkeep::http::percent_decode(starkeep::http::percent_encode(text));
    ENSURE(back.ok() && *back == text);
    static_cast<void>(starkeep::http::redacted(text));
    static_cast<void>(starkeep::http::parse_http_date(text));
    static_cast<void>(starkeep::azure::storage::sas_expiry(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    starkeep::fuzz::Input input(data, size);
    const int status = 400 + input.choice() % 200;
    const std::string_view text = starkeep::as_text(input.rest());
    static_cast<void>(starkeep::azure::storage::parse_blob_page(text));
    static_cast<void>(starkeep::azure::storage::parse_queue_messages(text));
    const starkeep::http::Response response{
        .status = status, .headers = {}, .body = starkeep::to_bytes(text)
    };
    ENSURE(!starkeep::azure::storage::storage_error(response, "fuzzing").text().empty());
    check_url(text);
    return 0;
}
