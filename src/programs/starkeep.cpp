// SPDX-License-Identifier: Apache-2.0
// The command line program.
#include "cli/run.hpp"
#include "sys/host.hpp"

int main(int argc, char** argv)
{
    starkeep::sys::disable_core_dumps();
    return starkeep::cli::run(argc, argv, starkeep::sys::stop_on_signals());
}
