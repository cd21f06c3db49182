// SPDX-License-Identifier: Apache-2.0
// A real Azurite of the test's own: Blob and Queue storage in memory, gone when the test is.
#pragma once

#include "base/result.hpp"
#include "sys/file.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace starkeep::testing {

/// What `tools/azurite.sh` installs; STARKEEP_TEST_AZURITE names another. Nothing when it is not there.
std::optional<std::filesystem::path> azurite_program();

/// The account that every Azurite knows, public by design.
inline constexpr std::string_view kAzuriteAccount = "devstoreaccount1";
inline constexpr std::string_view kAzuriteKey =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Listens on loopback, at ports that the system chooses. Dies with this process whatever happens.
class Azurite {
public:
    enum class Protocol {
        Http,
        Https,  ///< with a certificate of its own authority: see ca_file()
    };

    static Result<std::unique_ptr<Azurite>> start(Protocol protocol = Protocol::Http);

    ~Azurite();
    Azurite(const Azurite&) = delete;
    Azurite& operator=(const Azurite&) = delete;

    /// "http://127.0.0.1:40001/devstoreaccount1"
    const std::string& blob_endpoint() const { return blob_endpoint_; }
    const std::string& queue_endpoint() const { return queue_endpoint_; }
    /// As AZURE_STORAGE_CONNECTION_STRING takes it.
    std::string connection_string() const;
    std::string ca_file() const { return (directory_.path() / "ca.pem").string(); }

private:
    class Output;

    Azurite(sys::TempDir directory, Protocol protocol)
        : directory_(std::move(directory)), protocol_(protocol)
    {
    }
    Result<void> make_certificates() const;
    Result<void> run(const std::filesystem::path& program);

    sys::TempDir directory_;
    Protocol protocol_;
    std::string blob_endpoint_;
    std::string queue_endpoint_;
    std::shared_ptr<Output> output_;  // shared with the thread that reads it
    std::jthread server_;
};

}  // namespace starkeep::testing
