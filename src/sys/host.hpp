// SPDX-License-Identifier: Apache-2.0
// This process and the machine it runs on: memory, processors, signals, terminal.
#pragma once

#include <cstdint>
#include <stop_token>

namespace starkeep::sys {

/// The most memory this process has held at once; 0 when the kernel does not tell.
std::uint64_t peak_rss_bytes();

/// Processors that this process may use; at least 1.
unsigned processor_count();

/// Keys live in memory: neither a core file nor another process of the same user gets to see them.
void disable_core_dumps();

/// A token that SIGINT and SIGTERM stop. The second signal ends the process at once, with status 128 + n.
/// Thread: call it first in main, before any thread exists: signals must be blocked in all of them.
std::stop_token stop_on_signals();

/// The signal that stopped the token of `stop_on_signals`; 0 when none did.
int caught_signal();

bool is_terminal(int fd);

/// Columns of the terminal behind standard error; 80 when there is none.
unsigned terminal_width();

}  // namespace starkeep::sys
