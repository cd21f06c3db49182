// SPDX-License-Identifier: Apache-2.0
// The shapes of requests and answers, as JSON Schema (draft 2020-12), for the OpenAPI document.
#pragma once

#include "json/json.hpp"

namespace starkeep::api {

/// components.schemas of the document.
Json schemas();

}  // namespace starkeep::api
