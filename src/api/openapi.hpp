// SPDX-License-Identifier: Apache-2.0
// The OpenAPI 3.1 document of the table of routes.
#pragma once

#include "json/json.hpp"

namespace starkeep::api {

Json openapi_document();

}  // namespace starkeep::api
