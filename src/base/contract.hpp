// SPDX-License-Identifier: Apache-2.0
// ENSURE: a promise between parts of this program. Breaking it is our bug, never somebody's input.
#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the process with file and line when `condition` is false, in every build: the repository survives a crash,
/// and a wrong backup would be worse than none.
#define ENSURE(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            static_cast<void>(std::fprintf(                                                        \
                stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition              \
            ));                                                                                    \
            std::abort();                                                                          \
        }                                                                                          \
    } while (false)
