// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/machine_root.hpp"

#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>

namespace starkeep::localcloud {

namespace {

struct Mount {
    const char* type;
    const char* target;
    unsigned long flags;
    const char* options;
};

constexpr std::array<Mount, 6> kMounts{{
    {.type = "proc", .target = "proc", .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC, .options = ""},
    {.type = "sysfs",
     .target = "sys",
     .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY,
     .options = ""},
    {.type = "tmpfs", .target = "dev", .flags = MS_NOSUID, .options = "mode=755,size=1m"},
    {.type = "devpts",
     .target = "dev/pts",
     .flags = MS_NOSUID | MS_NOEXEC,
     .options = "newinstance,ptmxmode=0666,mode=620"},
    {.type = "tmpfs", .target = "dev/shm", .flags = MS_NOSUID | MS_NODEV, .options = "mode=1777"},
    {.type = "tmpfs", .target = "run", .flags = MS_NOSUID | MS_NODEV, .options = "mode=755"},
}};

struct Device {
    const char* name;
    unsigned major_number;
    unsigned minor_number;
};

/// Source: Linux, Documentation/admin-guide/devices.txt.
constexpr std::array<Device, 6> kDevices{{
    {.name = "null", .major_number = 1, .minor_number = 3},
    {.name = "zero", .major_number = 1, .minor_number = 5},
    {.name = "full", .major_number = 1, .minor_number = 7},
    {.name = "random", .major_number = 1, .minor_number = 8},
    {.name = "urandom", .major_number = 1, .minor_number = 9},
    {.name = "tty", .major_number = 5, .minor_number = 0},
}};

/// With these, root inside could read the host's disks, load modules, stop the host or set its clock.
constexpr std::array<int, 6> kForbidden{
    CAP_MKNOD, CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_BOOT, CAP_SYS_TIME, CAP_MAC_ADMIN
};

Result<void> checked(int status, const std::string& what)
{
    if (status != 0) {
        return sys::errno_error(errno, what);
    }
    return {};
}

Result<void> mount_overlay(const MachineRoot& root, const std::filesystem::path& target)
{
    for (const char* part : {"upper", "work", "root"}) {
        TRY(sys::make_directories(root.folder / part));
    }
    const std::string options = "lowerdir=" + root.image.string() +
                                ",upperdir=" + (root.folder / "upper").string() +
                                ",workdir=" + (root.folder / "work").string();
    return checked(
        ::mount("overlay", target.c_str(), "overlay", 0, options.c_str()),
        "mounting a machine's root on " + target.string()
    );
}

Result<void> make_devices(const std::filesystem::path& target)
{
    constexpr mode_t kForAll = 0666;
    const mode_t old_mask = ::umask(0);
    for (const Device& device : kDevices) {
        const std::filesystem::path path = target / "dev" / device.name;
        TRY(checked(
            ::mknod(
                path.c_str(), S_IFCHR | kForAll, makedev(device.major_number, device.minor_number)
            ),
            "making " + path.string()
        ));
    }
    static_cast<void>(::umask(old_mask));
    const std::filesystem::path dev = target / "dev";
    TRY(checked(::symlink("pts/ptmx", (dev / "ptmx").c_str()), "linking ptmx"));
    TRY(checked(::symlink("/proc/self/fd", (dev / "fd").c_str()), "linking fd"));
    TRY(checked(::symlink("fd/0", (dev / "stdin").c_str()), "linking stdin"));
    TRY(checked(::symlink("fd/1", (dev / "stdout").c_str()), "linking stdout"));
    return checked(::symlink("fd/2", (dev / "stderr").c_str()), "linking stderr");
}

Result<void> become_root(const std::filesystem::path& target)
{
    TRY(checked(::chdir(target.c_str()), "entering " + target.string()));
    // Old and new root in one place: pivot_root(2) says so under "pivot_root(".", ".")".
    TRY(checked(static_cast<int>(::syscall(SYS_pivot_root, ".", ".")), "changing the root"));
    TRY(checked(::umount2(".", MNT_DETACH), "leaving the old root"));
    return checked(::chdir("/"), "entering the new root");
}

}  // namespace

Result<void> enter_machine_root(const MachineRoot& root)
{
    TRY(checked(::unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC), "making namespaces"));
    TRY(checked(
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "leaving the host's mounts"
    ));
    TRY(checked(
        ::sethostname(root.host_name.data(), root.host_name.size()), "setting the host name"
    ));
    const std::filesystem::path target = root.folder / "root";
    TRY(mount_overlay(root, target));
    for (const Mount& each : kMounts) {
        const std::filesystem::path place = target / each.target;
        TRY(sys::make_directories(place));
        TRY(checked(
            ::mount(each.type, place.c_str(), each.type, each.flags, each.options),
            "mounting " + place.string()
        ));
        if (each.target == std::string_view("dev")) {
            TRY(make_devices(target));
        }
    }
    TRY(become_root(target));
    for (const int right : kForbidden) {
        TRY(checked(::prctl(PR_CAPBSET_DROP, right, 0, 0, 0), "giving up rights"));
    }
    return {};
}

}  // namespace starkeep::localcloud
