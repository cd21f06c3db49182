// SPDX-License-Identifier: Apache-2.0
// Requests and responses as plain values, the same for client and server.
#pragma once

#include "base/bytes.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::http {

/// Header fields in their order. Names are compared without case.
class Headers {
public:
    using Field = std::pair<std::string, std::string>;

    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}

    /// Replaces every field of that name.
    void set(std::string_view name, std::string value);
    void add(std::string name, std::string value);
    void remove(std::string_view name);
    /// The first field of that name.
    std::optional<std::string> find(std::string_view name) const;

    const std::vector<Field>& fields() const { return fields_; }

private:
    std::vector<Field> fields_;
};

struct Request {
    std::string method;
    /// As it goes over the wire: percent-encoded, never re-encoded on the way.
    std::string url{};
    Headers headers{};
    Bytes body{};
    /// Whether sending it twice does no more than sending it once. Unset: as its method says.
    /// Source: RFC 9110 section 9.2.2.
    std::optional<bool> is_repeatable{};
};

struct Response {
    int status = 0;
    Headers headers{};
    Bytes body{};

    bool is_success() const { return status >= 200 && status <= 299; }
    std::string_view text() const { return as_text(body); }
};

}  // namespace starkeep::http
