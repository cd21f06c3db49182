// SPDX-License-Identifier: Apache-2.0
// What Blob and Queue say when they refuse.
#pragma once

#include "base/error.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace starkeep::azure::storage {

/// "BlobNotFound": from the header, or else from the XML of the body; empty when neither says.
std::string storage_error_code(const http::Response& response);

/// The failure that an unexpected answer means. `what` says what was tried: "reading blob d/00/1". The text holds Azure's own
/// code and words and the request's ids, never a signature.
Error storage_error(const http::Response& response, std::string_view what);

}  // namespace starkeep::azure::storage
