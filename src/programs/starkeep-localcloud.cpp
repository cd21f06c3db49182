// SPDX-License-Identifier: Apache-2.0
// The local Azure.
#include "localcloud/run.hpp"

int main(int argc, char** argv)
{
    return starkeep::localcloud::run(argc, argv);
}
