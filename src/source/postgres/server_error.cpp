// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/server_error.hpp"

#include "base/error.hpp"

#include <libpq-fe.h>
#include <postgres_ext.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::source::postgres {

namespace {

std::string_view field(const PGresult* result, int code)
{
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string_view() : std::string_view(text);
}

std::string one_line(std::string_view text)
{
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
        text.remove_suffix(1);
    }
    std::string out(text);
    std::ranges::replace(out, '\n', ' ');
    std::erase(out, '\t');
    return out;
}

bool is_sqlstate(std::string_view text)
{
    return text.size() == 5 && std::ranges::all_of(text, [](unsigned char c) {
               return std::isdigit(c) != 0 || std::isupper(c) != 0;
           });
}

/// In its verbose form libpq writes "FATAL:  28P01: message" and then a line with the place in the server's code.
/// The severity is translated, the rest is not; with several hosts the last answer counts.
struct VerboseMessage {
    std::string sqlstate;
    std::string message;
};

VerboseMessage parse_verbose(std::string_view text)
{
    VerboseMessage out{.sqlstate = {}, .message = one_line(text)};
    for (std::size_t at = text.rfind(":  "); at != std::string_view::npos;
         at = at == 0 ? std::string_view::npos : text.rfind(":  ", at - 1)) {
        const std::string_view rest = text.substr(at + 3);
        if (rest.size() > 7 && is_sqlstate(rest.substr(0, 5)) && rest.substr(5, 2) == ": ") {
            out.sqlstate = rest.substr(0, 5);
            const std::string_view message = rest.substr(7);
            out.message = one_line(message.substr(0, message.find('\n')));
            return out;
        }
    }
    return out;
}

}  // namespace

ErrorCode classify(std::string_view sqlstate)
{
    // The longest prefix decides; the table is in the order of specific before general.
    static constexpr std::array<std::pair<std::string_view, ErrorCode>, 18> kTable{{
        {"42501", ErrorCode::Denied},
        {"3D000", ErrorCode::NotFound},
        {"3F000", ErrorCode::NotFound},
        {"42704", ErrorCode::NotFound},
        {"42P01", ErrorCode::NotFound},
        {"42P04", ErrorCode::Exists},
        {"42P06", ErrorCode::Exists},
        {"42P07", ErrorCode::Exists},
        {"42710", ErrorCode::Exists},
        {"42723", ErrorCode::Exists},
        {"53100", ErrorCode::NoSpace},
        {"53200", ErrorCode::NoSpace},
        {"53300", ErrorCode::Unavailable},
        {"57014", ErrorCode::Cancelled},
        {"57P0", ErrorCode::Unavailable},
        {"08", ErrorCode::Unavailable},
        {"28", ErrorCode::Denied},
        {"40", ErrorCode::Conflict},
    }};
    const auto* found = std::ranges::find_if(kTable, [&](const auto& row) {
        return sqlstate.starts_with(row.first);
    });
    return found == kTable.end() ? ErrorCode::Rejected : found->second;
}

Error server_error(std::string_view sqlstate, std::string_view message, std::string_view hint)
{
    std::string remedy = one_line(hint);
    if (remedy.empty() && sqlstate == "53100") {
        remedy = "Free space on the disks of that server.";
    }
    return {
        classify(sqlstate),
        one_line(message) + " (" + std::string(sqlstate) + ")",
        std::move(remedy)
    };
}

Error statement_error(const PGresult* result)
{
    const std::string_view sqlstate = field(result, PG_DIAG_SQLSTATE);
    if (sqlstate.empty()) {
        return {ErrorCode::Unavailable, one_line(PQresultErrorMessage(result))};
    }
    return server_error(
        sqlstate, field(result, PG_DIAG_MESSAGE_PRIMARY), field(result, PG_DIAG_MESSAGE_HINT)
    );
}

Error connection_error(PGconn* connection)
{
    const VerboseMessage said = parse_verbose(PQerrorMessage(connection));
    if (!said.sqlstate.empty()) {
        return server_error(
            said.sqlstate,
            said.message,
            classify(said.sqlstate) == ErrorCode::Denied
                ? "Check the role in the URL, its password (PGPASSFILE or PGPASSWORD) and the "
                  "server's pg_hba.conf."
                : ""
        );
    }
    if (PQconnectionNeedsPassword(connection) != 0) {
        return {
            ErrorCode::Denied,
            "the server asks for a password and none is given",
            "Put it into a password file (PGPASSFILE) or PGPASSWORD."
        };
    }
    return {
        ErrorCode::Unavailable,
        said.message,
        "Check host and port in the URL, that the server runs, and that it takes connections from "
        "here."
    };
}

}  // namespace starkeep::source::postgres
