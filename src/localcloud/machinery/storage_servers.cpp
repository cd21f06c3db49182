// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/storage_servers.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/access.hpp"
#include "localcloud/machinery/backstage.hpp"
#include "localcloud/machinery/certificate_files.hpp"
#include "localcloud/machinery/fabric.hpp"
#include "localcloud/machinery/public_names.hpp"
#include "localcloud/machinery/service_process.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace starkeep::localcloud {

namespace {

constexpr std::chrono::seconds kStartPatience{60};
constexpr std::uint16_t kTlsPort = 443;

/// Source: Storage REST API, error AuthorizationFailure, read 2026-11-26.
http::Response refuse(const http::Request& request, const http::Peer&)
{
    http::Response response{.status = 403};
    response.headers.set("x-ms-error-code", "AuthorizationFailure");
    response.headers.set("Content-Type", "application/xml");
    if (request.method != "HEAD") {
        response.body = to_bytes(
            "<?xml version=\"1.0\" "
            "encoding=\"utf-8\"?><Error><Code>AuthorizationFailure</Code><Message>This request is "
            "not authorized to perform this operation.</Message></Error>"
        );
    }
    return response;
}

}  // namespace

Result<std::unique_ptr<StorageServers>> StorageServers::create(
    Backstage& backstage, Fabric& fabric, PublicNames& names, std::filesystem::path azurite
)
{
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<StorageServers> servers(
        new StorageServers(backstage, fabric, names, std::move(azurite))
    );
    TRY_LET(const std::filesystem::path folder, backstage.folder("doorman", "storage"));
    TRY_LET(
        http::TlsFiles tls,
        write_certificate(
            backstage.authority(),
            folder,
            {"*." + names.suffix(ServiceKind::Blob), "*." + names.suffix(ServiceKind::Queue)}
        )
    );
    TRY(backstage.inside().run([&]() -> Result<void> {
        TRY_LET(
            servers->doorman_,
            http::Server::start(
                {.port = backstage.new_port(), .tls = std::move(tls), .threads = 4}, refuse
            )
        );
        return {};
    }));
    return servers;
}

Result<void> StorageServers::put(const StorageFact& fact)
{
    std::shared_ptr<Account> account;
    {
        const MutexLock lock(mutex_);
        std::shared_ptr<Account>& place = accounts_[fact.id];
        if (place == nullptr) {
            place = std::make_shared<Account>();
        }
        account = place;
    }
    const MutexLock lock(account->mutex);
    const std::string keys =
        std::string(fact.key1.reveal()) + ":" + std::string(fact.key2.reveal());
    if (account->process == nullptr || account->keys != keys) {
        account->process.reset();
        TRY(start(*account, fact));
        account->keys = keys;
    }
    TRY(expose(fact, ServiceKind::Blob, account->blob_port));
    return expose(fact, ServiceKind::Queue, account->queue_port);
}

Result<void> StorageServers::start(Account& account, const StorageFact& fact)
{
    TRY_LET(const std::filesystem::path folder, backstage_.folder("storage", fact.id));
    TRY_LET(
        const http::TlsFiles tls,
        write_certificate(
            backstage_.authority(),
            folder,
            {fact.account + "." + names_.suffix(ServiceKind::Blob),
             fact.account + "." + names_.suffix(ServiceKind::Queue)}
        )
    );
    account.name = fact.account;
    account.blob_port = backstage_.new_port();
    account.queue_port = backstage_.new_port();
    sys::Command command{
        .arguments =
            {
                azurite_.string(),
                "--silent",
                "--disableTelemetry",
                "--skipApiVersionCheck",
                "--oauth",
                "basic",
                "--location",
                (folder / "data").string(),
                "--cert",
                tls.certificate.string(),
                "--key",
                tls.key.string(),
                "--blobPort",
                std::to_string(account.blob_port),
                "--queuePort",
                std::to_string(account.queue_port),
                "--tablePort",
                std::to_string(backstage_.new_port()),
            }
    };
    command.environment = {
        {"AZURITE_ACCOUNTS",
         fact.account + ":" + std::string(fact.key1.reveal()) + ":" +
             std::string(fact.key2.reveal())}
    };
    account.process = std::make_unique<ServiceProcess>(
        backstage_.inside(), std::move(command), folder / "azurite.log"
    );
    return account.process->wait_until(
        [&, blob = account.blob_port, queue = account.queue_port] {
            return backstage_.is_listening(blob) && backstage_.is_listening(queue);
        },
        kStartPatience
    );
}

Result<void> StorageServers::expose(const StorageFact& fact, ServiceKind kind, std::uint16_t port)
{
    fabric_.put_private_service({.target = fact.id, .kind = kind}, [this, port] {
        return backstage_.connect(port);
    });
    TRY_LET(const Address address, names_.put({.target = fact.id, .kind = kind}, fact.account));
    return fabric_.put_public_service(
        fact.id + (kind == ServiceKind::Blob ? "#blob" : "#queue"),
        {.address = address,
         .ports = {kTlsPort},
         .dial =
             [this, rules = fact.access, port](const Caller& caller, std::uint16_t) {
                 return backstage_.connect(is_allowed(rules, caller) ? port : doorman_->port());
             }}
    );
}

Result<void> StorageServers::remove(const FactId& id)
{
    std::shared_ptr<Account> account;
    {
        const MutexLock lock(mutex_);
        const auto found = accounts_.find(id);
        if (found != accounts_.end()) {
            account = found->second;
            accounts_.erase(found);
        }
    }
    for (const ServiceKind kind : {ServiceKind::Blob, ServiceKind::Queue}) {
        fabric_.remove_public_service(id + (kind == ServiceKind::Blob ? "#blob" : "#queue"));
        fabric_.remove_private_service({.target = id, .kind = kind});
        names_.remove({.target = id, .kind = kind});
    }
    if (account != nullptr) {
        const MutexLock lock(account->mutex);
        account->process.reset();
    }
    TRY_LET(const std::filesystem::path folder, backstage_.folder("storage", id));
    return Backstage::remove_folder(folder);
}

void StorageServers::stop()
{
    std::map<FactId, std::shared_ptr<Account>> accounts;
    {
        const MutexLock lock(mutex_);
        accounts.swap(accounts_);
    }
    std::vector<std::jthread> threads;
    for (const auto& [id, account] : accounts) {
        threads.emplace_back([account = account] {
            const MutexLock lock(account->mutex);
            account->process.reset();
        });
    }
}

}  // namespace starkeep::localcloud
