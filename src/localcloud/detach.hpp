// SPDX-License-Identifier: Apache-2.0
// Going on in the background: the first process waits until the second says that it is ready.
#pragma once

#include "base/result.hpp"
#include "sys/file.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace starkeep::localcloud {

/// The line from the background to the process that a person started. Without one, says nothing.
class Ready {
public:
    Ready() = default;
    explicit Ready(sys::UniqueFd fd) : fd_(std::move(fd)) {}

    void tell(const std::string& said) { write('+', said); }
    void fail(const std::string& said) { write('-', said); }

private:
    void write(char kind, const std::string& said);

    sys::UniqueFd fd_;
};

struct Detached {
    bool is_parent = false;
    int exit_status = 0;  ///< of the parent: printed already what the background said
    Ready ready{};
};

/// Returns twice. The background is a session of its own; what it prints goes to `log`.
/// Errors: Unavailable when no process can be made; those of files.
/// Thread: the only one of the process.
Result<Detached> detach(const std::filesystem::path& log);

}  // namespace starkeep::localcloud
