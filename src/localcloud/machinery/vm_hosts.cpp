// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/vm_hosts.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/backstage.hpp"
#include "localcloud/machinery/fabric.hpp"
#include "localcloud/machinery/machine_init.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "localcloud/machinery/vm_command.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

#include <sys/types.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::chrono::milliseconds kLook{10};
constexpr double kBootPatienceSeconds = 30;
constexpr std::uint64_t kMaxBundle = std::uint64_t{4} << 20U;
constexpr std::string_view kBundle = "etc/ssl/certs/ca-certificates.crt";

/// A file of a machine's root, with folders that everybody in it may enter.
Result<void> put_file(
    const std::filesystem::path& upper,
    const std::filesystem::path& name,
    std::string_view content,
    std::filesystem::perms mode
)
{
    constexpr auto kFolderMode = static_cast<std::filesystem::perms>(0755);
    TRY(sys::make_directories((upper / name).parent_path()));
    std::error_code fault;
    std::filesystem::path folder = upper;
    std::filesystem::permissions(folder, kFolderMode, fault);
    for (const std::filesystem::path& part : name.parent_path()) {
        folder /= part;
        std::filesystem::permissions(folder, kFolderMode, fault);
    }
    TRY(sys::write_file_durably(upper / name, as_bytes(content)));
    std::filesystem::permissions(upper / name, mode, fault);
    if (fault) {
        return Error{
            ErrorCode::Denied, "making " + (upper / name).string() + ": " + fault.message()
        };
    }
    return {};
}

/// What the machine's process said so far; shared with the thread that attends to it.
struct Life {
    std::atomic<pid_t> process{0};
    std::atomic<bool> is_over{false};
    Mutex mutex;
    std::string complaint GUARDED_BY(mutex);
};

void live(const sys::Command& command, Life& life, const std::stop_token& stop)
{
    std::string said;
    const Result<sys::ProcessResult> ran = sys::run_process(
        command,
        [&](ByteView bytes) -> Result<void> {
            said += as_text(bytes);
            pid_t number = 0;
            const auto [end, fault] =
                std::from_chars(said.data(), said.data() + said.size(), number);
            if (fault == std::errc() && end != said.data() + said.size()) {
                life.process = number;
            }
            return {};
        },
        stop
    );
    const MutexLock lock(life.mutex);
    life.complaint = ran.ok() ? ran->error_output : ran.error().message();
    life.process = 0;
    life.is_over = true;
}

}  // namespace

struct VmHosts::Vm {
    Mutex mutex;
    VmFact fact GUARDED_BY(mutex);
    std::filesystem::path folder GUARDED_BY(mutex);
    std::unique_ptr<NetworkNamespace> network GUARDED_BY(mutex);
    std::unique_ptr<http::Server> metadata GUARDED_BY(mutex);
    /// Commands read it without waiting for a start or stop.
    std::shared_ptr<Life> life GUARDED_BY(mutex);
    std::jthread runner GUARDED_BY(mutex);

    bool is_running() REQUIRES(mutex) { return life != nullptr && !life->is_over; }
    void halt() REQUIRES(mutex)
    {
        runner = std::jthread();
        metadata.reset();
        network.reset();
        life.reset();
    }
};

VmHosts::VmHosts(Backstage& backstage, Fabric& fabric, VmPrograms programs)
    : backstage_(backstage), fabric_(fabric), programs_(std::move(programs))
{
}

VmHosts::~VmHosts()
{
    stop_all();
}

Result<std::shared_ptr<VmHosts::Vm>> VmHosts::find(const FactId& id)
{
    const MutexLock lock(mutex_);
    const auto found = vms_.find(id);
    if (found == vms_.end()) {
        return Error{ErrorCode::NotFound, "virtual machine " + id + " is not there"};
    }
    return found->second;
}

Result<void> VmHosts::prepare(const VmFact& fact, const std::filesystem::path& folder) const
{
    constexpr auto kFile = static_cast<std::filesystem::perms>(0644);
    constexpr auto kProgram = static_cast<std::filesystem::perms>(0755);
    constexpr auto kPrivate = static_cast<std::filesystem::perms>(0600);
    const std::filesystem::path upper = folder / "upper";
    Result<Bytes> bundle = sys::read_file(programs_.image / kBundle, kMaxBundle);
    if (!bundle.ok()) {
        return std::move(bundle).error().with_hint(
            "Make the root of virtual machines with tools/localcloud/vm_root.sh."
        );
    }
    const std::string& name = fact.computer_name.empty() ? fact.name : fact.computer_name;
    const std::string trusted =
        std::string(as_text(*bundle)) + backstage_.authority().certificate_pem();
    TRY(put_file(upper, kBundle, trusted, kFile));
    TRY(put_file(upper, "etc/hostname", name + "\n", kFile));
    TRY(put_file(upper, "etc/hosts", "127.0.0.1 localhost\n127.0.1.1 " + name + "\n", kFile));
    TRY(put_file(upper, "etc/resolv.conf", "nameserver " + kResolverAddress.text() + "\n", kFile));
    TRY(put_file(upper, "usr/bin/systemctl", kSystemctlScript, kProgram));
    return put_file(upper, "var/lib/cloud/instance/user-data.txt", fact.custom_data, kPrivate);
}

Result<void> VmHosts::put(const VmFact& fact)
{
    std::shared_ptr<Vm> vm;
    {
        const MutexLock lock(mutex_);
        std::shared_ptr<Vm>& place = vms_[fact.id];
        if (place == nullptr) {
            place = std::make_shared<Vm>();
        }
        vm = place;
    }
    const MutexLock lock(vm->mutex);
    vm->fact = fact;
    TRY_LET(vm->folder, backstage_.folder("vms", fact.id));
    return vm->is_running() ? Result<void>() : boot(*vm);
}

Result<void> VmHosts::boot(Vm& vm) const
{
    vm.halt();
    TRY(prepare(vm.fact, vm.folder));
    TRY_LET(NetworkNamespace network, NetworkNamespace::create());
    vm.network = std::make_unique<NetworkNamespace>(std::move(network));
    for (std::size_t i = 0; i < vm.fact.interfaces.size(); ++i) {
        TRY(fabric_.plug(vm.fact.interfaces[i], *vm.network, "eth" + std::to_string(i)));
    }
    TRY(vm.network->configure({"addr add " + kMetadataAddress.text() + "/32 dev lo"}));
    TRY(vm.network->run([&]() -> Result<void> {
        TRY_LET(
            vm.metadata,
            http::Server::start(
                {.host = kMetadataAddress.text(), .port = 80, .threads = 2},
                [service = metadata_,
                 id = vm.fact.id](const http::Request& request, const http::Peer&) {
                    return service ? service(id, request) : http::Response{.status = 404};
                }
            )
        );
        return {};
    }));
    const std::string& name = vm.fact.computer_name.empty() ? vm.fact.name : vm.fact.computer_name;
    const sys::Command command{
        .arguments =
            {programs_.init.string(),
             programs_.image.string(),
             vm.folder.string(),
             vm.network->path().string(),
             name}
    };
    vm.life = std::make_shared<Life>();
    vm.runner = std::jthread([command, life = vm.life](const std::stop_token& stop) {
        live(command, *life, stop);
    });
    const sys::Stopwatch watch;
    while (vm.life->process == 0 && !vm.life->is_over && watch.seconds() < kBootPatienceSeconds) {
        sys::wait_for({}, kLook);
    }
    if (vm.life->process == 0) {
        const MutexLock lock(vm.life->mutex);
        return Error{
            ErrorCode::Unavailable,
            "virtual machine " + vm.fact.name + " does not start: " + vm.life->complaint
        };
    }
    return {};
}

Result<void> VmHosts::start(const FactId& id)
{
    TRY_LET(const std::shared_ptr<Vm> vm, find(id));
    const MutexLock lock(vm->mutex);
    return vm->is_running() ? Result<void>() : boot(*vm);
}

Result<void> VmHosts::stop(const FactId& id)
{
    TRY_LET(const std::shared_ptr<Vm> vm, find(id));
    const MutexLock lock(vm->mutex);
    vm->halt();
    return {};
}

Result<void> VmHosts::remove(const FactId& id)
{
    std::shared_ptr<Vm> vm;
    {
        const MutexLock lock(mutex_);
        const auto found = vms_.find(id);
        if (found != vms_.end()) {
            vm = found->second;
            vms_.erase(found);
        }
    }
    if (vm != nullptr) {
        const MutexLock lock(vm->mutex);
        vm->halt();
    }
    TRY_LET(const std::filesystem::path folder, backstage_.folder("vms", id));
    return Backstage::remove_folder(folder);
}

Result<pid_t> VmHosts::process(const FactId& id)
{
    TRY_LET(const std::shared_ptr<Vm> vm, find(id));
    const MutexLock lock(vm->mutex);
    const pid_t process = vm->life == nullptr ? 0 : vm->life->process.load();
    if (process == 0) {
        return Error{ErrorCode::Unavailable, "virtual machine " + id + " is not running"};
    }
    return process;
}

Result<ShellOutcome>
VmHosts::run_command(const FactId& id, const ShellCommand& command, std::stop_token stop)
{
    TRY_LET(const pid_t machine, process(id));
    return run_vm_command(machine, command, std::move(stop));
}

void VmHosts::stop_all()
{
    std::map<FactId, std::shared_ptr<Vm>> vms;
    {
        const MutexLock lock(mutex_);
        vms.swap(vms_);
    }
    std::vector<std::jthread> threads;
    for (const auto& [id, vm] : vms) {
        threads.emplace_back([vm = vm] {
            const MutexLock lock(vm->mutex);
            vm->halt();
        });
    }
}

}  // namespace starkeep::localcloud
