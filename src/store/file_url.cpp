// SPDX-License-Identifier: Apache-2.0
#include "store/file_url.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace starkeep::store {

namespace {

constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._~-";

Error bad_url(std::string_view rest, const std::string& why)
{
    return {
        ErrorCode::InvalidInput,
        "file://" + std::string(rest) + " " + why,
        "Write the folder's full path after file://, as in file:///srv/backup."
    };
}

}  // namespace

std::string format_file_url(const std::filesystem::path& path)
{
    std::string url = "file://";
    for (const char character : path.string()) {
        if (kPlain.find(character) != std::string_view::npos) {
            url.push_back(character);
        } else {
            const std::array<std::byte, 1> byte{static_cast<std::byte>(character)};
            url += "%" + to_hex(byte);
        }
    }
    return url;
}

Result<std::filesystem::path> parse_file_url_path(std::string_view rest)
{
    constexpr std::string_view kLocalHost = "localhost/";
    const std::string_view encoded =
        rest.starts_with(kLocalHost) ? rest.substr(kLocalHost.size() - 1) : rest;
    if (!encoded.starts_with('/')) {
        return bad_url(rest, "holds no absolute path");
    }
    std::string path;
    for (std::size_t at = 0; at < encoded.size(); ++at) {
        if (encoded[at] == '?' || encoded[at] == '#') {
            return bad_url(rest, "has a query or a fragment");
        }
        if (encoded[at] != '%') {
            path.push_back(encoded[at]);
            continue;
        }
        std::array<std::byte, 1> byte{};
        if (!from_hex(encoded.substr(at + 1, 2), byte) || byte[0] == std::byte{0}) {
            return bad_url(rest, "has a broken %XX");
        }
        path.push_back(static_cast<char>(byte[0]));
        at += 2;
    }
    return std::filesystem::path(path);
}

}  // namespace starkeep::store
