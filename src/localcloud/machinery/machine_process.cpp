// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/machine_process.hpp"

#include "base/result.hpp"
#include "localcloud/machinery/machine_init.hpp"
#include "localcloud/machinery/machine_root.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kArguments = 5;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int say(const std::string& what)
{
    static_cast<void>(std::fprintf(stderr, "starkeep-vm-init: %s\n", what.c_str()));
    return kFailed;
}

/// The machine's first process. Its end is the machine's.
int be_machine(const MachineRoot& root, int ready_fd)
{
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        return say("cannot tie itself to its parent");
    }
    Result<void> done = enter_machine_root(root);
    if (done.ok()) {
        done = run_machine_init([&] {
            static_cast<void>(!::write(ready_fd, "r", 1));
            static_cast<void>(::close(ready_fd));
        });
    }
    return done.ok() ? 0 : say(done.error().text());
}

/// Outside: says which process the machine is, and waits for its end. SIGTERM is the machine's business.
int attend(pid_t machine, int ready_fd)
{
    static_cast<void>(::signal(SIGTERM, SIG_IGN));
    char ready = 0;
    if (::read(ready_fd, &ready, 1) == 1) {
        static_cast<void>(std::printf("%d\n", machine));
        static_cast<void>(std::fflush(stdout));
    }
    int status = 0;
    while (::waitpid(machine, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : kFailed;
}

}  // namespace

int run_machine_process(std::span<char* const> words)
{
    if (words.size() != kArguments) {
        static_cast<void>(say("usage: starkeep-vm-init IMAGE FOLDER NETWORK HOST-NAME"));
        return kWrongUsage;
    }
    const int network = ::open(words[3], O_RDONLY | O_CLOEXEC);
    if (network < 0 || ::setns(network, CLONE_NEWNET) != 0 || ::unshare(CLONE_NEWPID) != 0) {
        return say("cannot enter its namespaces; the local cloud needs the rights of root");
    }
    std::array<int, 2> ready{};
    if (::pipe2(ready.data(), O_CLOEXEC) != 0) {
        return say("cannot make a pipe");
    }
    const pid_t machine = ::fork();
    if (machine < 0) {
        return say("cannot fork");
    }
    if (machine == 0) {
        static_cast<void>(::close(ready[0]));
        return be_machine({.image = words[1], .folder = words[2], .host_name = words[4]}, ready[1]);
    }
    static_cast<void>(::close(ready[1]));
    return attend(machine, ready[0]);
}

}  // namespace starkeep::localcloud
