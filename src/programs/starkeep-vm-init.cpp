// SPDX-License-Identifier: Apache-2.0
// Becomes a machine of the local cloud, which starts it.
#include "localcloud/machinery/machine_process.hpp"

#include <cstddef>
#include <span>

int main(int argc, char** argv)
{
    return starkeep::localcloud::run_machine_process(
        std::span<char* const>(argv, static_cast<std::size_t>(argc))
    );
}
