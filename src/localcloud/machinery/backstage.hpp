// SPDX-License-Identifier: Apache-2.0
// Where the real servers behind the cloud's services listen: a network that no machine is plugged into.
#pragma once

#include "base/result.hpp"
#include "codec/certificate.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "sys/file.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

/// Thread: any.
class Backstage {
public:
    /// `authority` must outlive it.
    static Result<std::unique_ptr<Backstage>>
    create(std::filesystem::path state_dir, const codec::CertificateAuthority& authority);

    const NetworkNamespace& inside() const { return inside_; }
    const codec::CertificateAuthority& authority() const { return authority_; }

    /// A port of 127.0.0.1 that nobody else gets.
    std::uint16_t new_port() { return next_port_++; }
    Result<std::optional<sys::UniqueFd>> connect(std::uint16_t port) const;
    bool is_listening(std::uint16_t port) const;

    /// The folder of one fact, made when missing, which only its owner may look into: STATE/`kind`/hash of the id.
    Result<std::filesystem::path> folder(std::string_view kind, const FactId& id) const;
    /// With all it holds.
    static Result<void> remove_folder(const std::filesystem::path& folder);

private:
    Backstage(
        NetworkNamespace inside,
        std::filesystem::path state_dir,
        const codec::CertificateAuthority& authority
    )
        : inside_(std::move(inside)), state_dir_(std::move(state_dir)), authority_(authority)
    {
    }

    NetworkNamespace inside_;
    std::filesystem::path state_dir_;
    const codec::CertificateAuthority& authority_;
    std::atomic<std::uint16_t> next_port_{10'000};
};

}  // namespace starkeep::localcloud
