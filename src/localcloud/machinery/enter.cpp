// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/enter.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "localcloud/machinery/guest_door.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kLongestReply = 65'536;
constexpr const char* kResolverFile = "/etc/resolv.conf";

Result<Json> ask(int door, const EnterRequest& request)
{
    Json ports = Json::array();
    for (const std::uint16_t port : request.publish) {
        ports.push_back(port);
    }
    const std::string text = json::format(Json{
        {"vm", request.vm},
        {"network", request.network},
        {"region", request.region},
        {"internet", request.internet},
        {"publish", std::move(ports)}
    });
    std::string reply(kLongestReply, '\0');
    if (::send(door, text.data(), text.size(), MSG_NOSIGNAL) < 0) {
        return sys::errno_error(errno, "asking the local cloud");
    }
    const ssize_t got = ::recv(door, reply.data(), reply.size(), 0);
    reply.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    TRY_LET(Json said, json::parse(reply));
    if (said.contains("error")) {
        TRY_LET(const std::string error, json::get_string(said, "error"));
        TRY_LET(const std::string hint, json::get_string(said, "hint"));
        TRY_LET(const bool is_missing, json::get_bool(said, "missing"));
        return Error{is_missing ? ErrorCode::NotFound : ErrorCode::Unavailable, error, hint};
    }
    return said;
}

/// This process alone sees another resolver in the file.
Result<void> see_resolver(const std::string& resolver)
{
    TRY_LET(const sys::TempDir folder, sys::TempDir::create("starkeep-resolver"));
    const std::filesystem::path file = folder.path() / "resolv.conf";
    TRY(sys::write_file_durably(file, as_bytes("nameserver " + resolver + "\n")));
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount(file.c_str(), kResolverFile, nullptr, MS_BIND, nullptr) != 0) {
        return sys::errno_error(errno, "putting the cloud's resolver into place");
    }
    return {};
}

Error become(const std::vector<std::string>& arguments)
{
    const std::optional<std::string> program = sys::find_program(arguments.front());
    if (!program) {
        return {ErrorCode::NotFound, "program " + arguments.front() + " is not there"};
    }
    std::vector<std::string> words = arguments;
    std::vector<char*> pointers;
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    ::execv(program->c_str(), pointers.data());
    return sys::errno_error(errno, "starting " + arguments.front());
}

Result<std::vector<std::string>>
enter(int door, const EnterRequest& request, const std::vector<std::string>& arguments)
{
    TRY_LET(const Json place, ask(door, request));
    // Across exec: its end tells the local cloud that the command has ended.
    if (::fcntl(door, F_SETFD, 0) != 0) {
        return sys::errno_error(errno, "keeping the local cloud's door open");
    }
    if (!request.vm.empty()) {
        TRY_LET(const std::uint64_t process, json::get_unsigned(place, "process"));
        std::vector<std::string> words{
            "nsenter",
            "--target=" + std::to_string(process),
            "--mount",
            "--uts",
            "--ipc",
            "--net",
            "--pid",
            "--root",
            "--wd"
        };
        words.insert(words.end(), arguments.begin(), arguments.end());
        return words;
    }
    TRY_LET(const std::string network, json::get_string(place, "network"));
    TRY_LET(const std::string resolver, json::get_string(place, "resolver"));
    const sys::UniqueFd fd(::open(network.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd || ::setns(fd.get(), CLONE_NEWNET) != 0) {
        return sys::errno_error(errno, "entering the network");
    }
    TRY(see_resolver(resolver));
    return arguments;
}

}  // namespace

Error run_inside(
    const std::filesystem::path& state_dir,
    const EnterRequest& request,
    const std::vector<std::string>& arguments
)
{
    const Result<sys::UniqueFd> door = connect_to_door(state_dir);
    if (!door.ok()) {
        return door.error();
    }
    const Result<std::vector<std::string>> words = enter(door->get(), request, arguments);
    return words.ok() ? become(*words) : words.error();
}

}  // namespace starkeep::localcloud
