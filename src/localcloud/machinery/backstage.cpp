// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/backstage.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/certificate.hpp"
#include "codec/hash.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "localcloud/machinery/socket.hpp"
#include "sys/file.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kNameDigits = 16;

}  // namespace

Result<std::unique_ptr<Backstage>>
Backstage::create(std::filesystem::path state_dir, const codec::CertificateAuthority& authority)
{
    TRY_LET(NetworkNamespace inside, NetworkNamespace::create());
    // Private constructor: make_unique cannot reach it.
    return std::unique_ptr<Backstage>(
        new Backstage(std::move(inside), std::move(state_dir), authority)
    );
}

Result<std::optional<sys::UniqueFd>> Backstage::connect(std::uint16_t port) const
{
    std::optional<sys::UniqueFd> connected;
    TRY(inside_.run([&]() -> Result<void> {
        TRY_LET(connected, connect_tcp(kLoopback, port));
        return {};
    }));
    return connected;
}

bool Backstage::is_listening(std::uint16_t port) const
{
    return connect(port).ok();
}

Result<std::filesystem::path> Backstage::folder(std::string_view kind, const FactId& id) const
{
    const std::string name = to_hex(codec::sha256(as_bytes(id))).substr(0, kNameDigits);
    const std::filesystem::path path = state_dir_ / kind / name;
    TRY(sys::make_directories(path));
    std::error_code fault;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, fault);
    if (fault) {
        return Error{ErrorCode::Denied, "closing " + path.string() + ": " + fault.message()};
    }
    return path;
}

Result<void> Backstage::remove_folder(const std::filesystem::path& folder)
{
    std::error_code fault;
    std::filesystem::remove_all(folder, fault);
    if (fault) {
        return Error{
            ErrorCode::Unavailable, "removing " + folder.string() + ": " + fault.message()
        };
    }
    return {};
}

}  // namespace starkeep::localcloud
