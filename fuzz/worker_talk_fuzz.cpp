// SPDX-License-Identifier: Apache-2.0
// What appliance and worker read: each document is refused, or written again as it was read.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "json/json.hpp"
#include "protocol/envelope.hpp"
#include "protocol/event.hpp"
#include "protocol/manifest.hpp"
#include "protocol/seen_sequences.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_config.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace starkeep::fuzz {

namespace {

/// Decodes, encodes, decodes again: `encode` gives text.
template <typename Decode, typename Encode>
void check(std::string_view text, const Decode& decode, const Encode& encode)
{
    const auto value = decode(text);
    if (!value.ok()) {
        return;
    }
    const std::string printed(encode(*value));
    const auto again = decode(printed);
    ENSURE(again.ok());
    ENSURE(std::string(encode(*again)) == printed);
}

}  // namespace

}  // namespace starkeep::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace starkeep;  // NOLINT(google-build-using-namespace): this function is the whole program
    fuzz::Input input(data, size);
    const std::uint8_t choice = input.choice();
    const std::string_view text = as_text(input.rest());
    switch (choice % 6) {
    case 0:
        fuzz::check(text, protocol::decode_envelope, protocol::encode_envelope);
        break;
    case 1:
        fuzz::check(text, protocol::decode_task, [](const protocol::SecretTask& read) {
            return std::string(protocol::encode_task(read.task, read.secrets).reveal());
        });
        break;
    case 2:
        fuzz::check(text, protocol::decode_event, protocol::encode_event);
        break;
    case 3:
        fuzz::check(text, protocol::decode_manifest, protocol::encode_manifest);
        break;
    case 4:
        fuzz::check(text, protocol::decode_worker_config, [](const protocol::WorkerConfig& config) {
            return std::string(protocol::encode_worker_config(config).reveal());
        });
        break;
    default:
        if (const auto saved = json::parse(text); saved.ok()) {
            static_cast<void>(protocol::SeenSequences::load(*saved));
        }
    }
    return 0;
}
