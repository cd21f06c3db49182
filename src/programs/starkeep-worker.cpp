// SPDX-License-Identifier: Apache-2.0
// The agent of a worker machine.
#include "sys/host.hpp"
#include "worker/run.hpp"

int main(int argc, char** argv)
{
    starkeep::sys::disable_core_dumps();
    return starkeep::worker::run(argc, argv, starkeep::sys::stop_on_signals());
}
