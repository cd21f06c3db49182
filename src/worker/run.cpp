// SPDX-License-Identifier: Apache-2.0
#include "worker/run.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "protocol/worker_config.hpp"
#include "protocol/worker_link.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"
#include "worker/agent.hpp"
#include "worker/bootstrap.hpp"
#include "worker/journal.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

namespace starkeep::worker {

namespace {

struct Options {
    std::string config = "/opt/starkeep/worker.json";
    unsigned poll_ms = 1'000;
};

/// The secrets of the bootstrap file end with this function: what lives on are the queues and the session's keys.
Result<std::unique_ptr<protocol::WorkerLink>>
open_link(const Options& options, std::unique_ptr<Connections>& connections)
{
    TRY_LET(const protocol::WorkerConfig config, read_bootstrap(options.config));
    TRY_LET(connections, Connections::open(config));
    tell("worker " + config.worker.hex() + " takes tasks from " + connections->tasks().url());
    return protocol::WorkerLink::open(
        config, connections->tasks(), connections->events(), sys::system_clock()
    );
}

Result<void> serve(const Options& options, const std::stop_token& stop)
{
    std::unique_ptr<Connections> connections;
    TRY_LET(const std::unique_ptr<protocol::WorkerLink> link, open_link(options, connections));
    Agent agent(
        *link,
        connections->cloud(),
        {.poll_every = std::chrono::milliseconds{options.poll_ms}},
        [&options] {
            tell("hello is said, the bootstrap file goes");
            return sys::remove_file(options.config);
        }
    );
    return agent.run(stop);
}

}  // namespace

int run(int argc, char** argv, std::stop_token stop)
{
    CLI::App app("The agent of Starkeep on a worker machine.", "starkeep-worker");
    Options options;
    app.add_option("--config", options.config, "The bootstrap file; it is read once and removed")
        ->capture_default_str();
    app.add_option("--poll-ms", options.poll_ms, "Time between two looks into the queue")
        ->check(CLI::Range(50, 60'000))
        ->capture_default_str();
    app.set_version_flag("--version", "starkeep-worker " STARKEEP_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int usage = exit_status(ErrorCode::InvalidInput);
        return app.exit(error) == 0 ? 0 : usage;
    }
    const Result<void> served = serve(options, stop);
    if (stop.stop_requested() && sys::caught_signal() != 0) {
        return 128 + sys::caught_signal();
    }
    if (!served.ok()) {
        tell(served.error());
        return exit_status(served.error().code());
    }
    return 0;
}

}  // namespace starkeep::worker
