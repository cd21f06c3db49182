// SPDX-License-Identifier: Apache-2.0
// The whole HTTPS surface of the local cloud as one handler: Entra, endpoints' metadata, the resource manager.
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "localcloud/directory.hpp"
#include "localcloud/fault_plan.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/route.hpp"
#include "localcloud/settings.hpp"
#include "sys/clock.hpp"

#include <filesystem>
#include <memory>
#include <optional>

namespace starkeep::localcloud {

class ControlPlane {
public:
    /// Errors: those of files; Corrupt.
    static Result<std::unique_ptr<ControlPlane>> open(
        const Settings& settings,
        const sys::Clock& clock,
        Machinery& machinery,
        std::filesystem::path faults
    );

    /// Thread: any number at once.
    http::Response handle(const http::Request& request, const http::Peer& peer);
    /// Instance metadata, as the machine `vm` sees it; an empty one is the appliance's own host.
    http::Response metadata(const FactId& vm, const http::Request& request);

    Plane& plane() { return *plane_; }
    const Directory& directory() const { return directory_; }

private:
    ControlPlane(Directory directory, std::unique_ptr<Plane> plane, std::filesystem::path faults);

    struct Asked;
    Answer dispatch(Asked& asked);
    Answer manage(Asked& asked);
    Answer poll(const Asked& asked, Operation& operation);
    Answer run(Asked& asked, const RouteMatch& match);
    Answer unknown_path(const Asked& asked) const;
    std::optional<Answer> sign_in(Asked& asked) const;

    Directory directory_;
    std::unique_ptr<Plane> plane_;
    FaultPlan faults_;
    Router router_;
};

}  // namespace starkeep::localcloud
