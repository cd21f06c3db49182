// SPDX-License-Identifier: Apache-2.0
#include "testing/azurite.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "sys/clock.hpp"
#include "sys/environment.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::testing {

/// What the server has printed so far, and whether it has ended.
class Azurite::Output {
public:
    void add(std::string_view text)
    {
        const MutexLock lock(mutex_);
        text_ += text;
    }
    void end(std::string_view errors)
    {
        const MutexLock lock(mutex_);
        text_ += errors;
        has_ended_ = true;
    }
    bool has_ended() const
    {
        const MutexLock lock(mutex_);
        return has_ended_;
    }
    std::string text() const
    {
        const MutexLock lock(mutex_);
        return text_;
    }
    /// The address in "Azurite Blob service is successfully listening at http://127.0.0.1:1234".
    std::optional<std::string> find_address(std::string_view service) const
    {
        const MutexLock lock(mutex_);
        const std::string words =
            "Azurite " + std::string(service) + " service is successfully listening at ";
        const std::size_t begin = text_.find(words);
        const std::size_t end = text_.find('\n', begin);
        if (begin == std::string::npos || end == std::string::npos) {
            return std::nullopt;
        }
        return text_.substr(begin + words.size(), end - begin - words.size());
    }

private:
    mutable Mutex mutex_;
    std::string text_ GUARDED_BY(mutex_);
    bool has_ended_ GUARDED_BY(mutex_) = false;
};

namespace {

Result<void> run_openssl(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "openssl");
    TRY_LET(
        const sys::ProcessResult ran,
        sys::run_process(
            {.arguments = std::move(arguments)}, [](ByteView) { return Result<void>(); }, {}
        )
    );
    return ran.exit_status == 0 ? Result<void>()
                                : Error{ErrorCode::Rejected, "openssl: " + ran.error_output};
}

}  // namespace

std::optional<std::filesystem::path> azurite_program()
{
    const std::filesystem::path program =
        sys::get_env("STARKEEP_TEST_AZURITE")
            .value_or(STARKEEP_SOURCE_DIR "/build/azurite/node_modules/.bin/azurite");
    return sys::find_program(program.string()) ? std::optional(program) : std::nullopt;
}

Result<std::unique_ptr<Azurite>> Azurite::start(Protocol protocol)
{
    const std::optional<std::filesystem::path> program = azurite_program();
    if (!program) {
        return Error{
            ErrorCode::NotFound, "Azurite is not installed", "Run tools/azurite.sh, as ./test does."
        };
    }
    TRY_LET(sys::TempDir directory, sys::TempDir::create("starkeep-azurite-"));
    std::unique_ptr<Azurite> server(new Azurite(std::move(directory), protocol));
    if (protocol == Protocol::Https) {
        TRY(server->make_certificates());
    }
    TRY(server->run(*program));
    return server;
}

Azurite::~Azurite() = default;

Result<void> Azurite::make_certificates() const
{
    const std::string path = directory_.path().string() + "/";
    const std::vector<std::string> common{
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2"
    };
    std::vector<std::string> authority = common;
    authority.insert(
        authority.end(),
        {"-subj", "/CN=test authority", "-keyout", path + "ca.key", "-out", path + "ca.pem"}
    );
    TRY(run_openssl(std::move(authority)));
    std::vector<std::string> server = common;
    server.insert(
        server.end(),
        {"-CA",
         path + "ca.pem",
         "-CAkey",
         path + "ca.key",
         "-subj",
         "/CN=azurite",
         "-addext",
         "basicConstraints=critical,CA:FALSE",
         "-addext",
         "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout",
         path + "server.key",
         "-out",
         path + "server.pem"}
    );
    return run_openssl(std::move(server));
}

Result<void> Azurite::run(const std::filesystem::path& program)
{
    // Azurite would wait some seconds for idle connections at SIGTERM; nothing in it is worth that.
    std::vector<std::string> arguments{
        "sh", "-c", R"(trap 'kill -9 $!' TERM; "$@" & wait)", "sh", program
    };
    arguments.insert(arguments.end(), {"--silent", "--disableTelemetry"});
    for (const char* option : {"--blobPort", "--queuePort", "--tablePort"}) {
        arguments.insert(arguments.end(), {option, "0"});
    }
    const std::string path = directory_.path().string() + "/";
    arguments.insert(arguments.end(), {"--location", path + "data"});
    if (protocol_ == Protocol::Https) {
        arguments.insert(
            arguments.end(),
            {"--cert", path + "server.pem", "--key", path + "server.key", "--oauth", "basic"}
        );
    }
    output_ = std::make_shared<Output>();
    server_ = std::jthread([arguments, output = output_](const std::stop_token& stop) {
        const auto keep = [&](ByteView out) -> Result<void> {
            output->add(as_text(out));
            return {};
        };
        const Result<sys::ProcessResult> ran =
            sys::run_process({.arguments = arguments}, keep, stop);
        output->end(ran.ok() ? ran->error_output : ran.error().text());
    });
    constexpr int kTries = 1200;
    for (int i = 0; i < kTries && !output_->has_ended(); ++i) {
        const std::optional<std::string> blob = output_->find_address("Blob");
        const std::optional<std::string> queue = output_->find_address("Queue");
        if (blob && queue) {
            blob_endpoint_ = *blob + "/" + std::string(kAzuriteAccount);
            queue_endpoint_ = *queue + "/" + std::string(kAzuriteAccount);
            return {};
        }
        sys::wait_for({}, std::chrono::milliseconds(50));
    }
    return Error{ErrorCode::TimedOut, "Azurite does not start: " + output_->text()};
}

std::string Azurite::connection_string() const
{
    return std::string("DefaultEndpointsProtocol=") +
           (protocol_ == Protocol::Https ? "https" : "http") +
           ";AccountName=" + std::string(kAzuriteAccount) +
           ";AccountKey=" + std::string(kAzuriteKey) + ";BlobEndpoint=" + blob_endpoint_ +
           ";QueueEndpoint=" + queue_endpoint_ + ";";
}

}  // namespace starkeep::testing
