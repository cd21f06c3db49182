// SPDX-License-Identifier: Apache-2.0
#include "cli/login_store.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "sys/environment.hpp"
#include "sys/file.hpp"
#include "sys/private_files.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace starkeep::cli {

namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 20U;

}  // namespace

Result<std::filesystem::path> config_folder()
{
    if (const std::optional<std::string> configured = sys::get_env("XDG_CONFIG_HOME");
        configured && !configured->empty()) {
        return std::filesystem::path(*configured) / "starkeep";
    }
    const std::optional<std::string> home = sys::get_env("HOME");
    if (!home || home->empty()) {
        return Error{
            ErrorCode::InvalidInput,
            "neither HOME nor XDG_CONFIG_HOME is set",
            "One of them tells where the login is kept."
        };
    }
    return std::filesystem::path(*home) / ".config" / "starkeep";
}

Result<void>
save_login(const std::string& url, const Secret& token, const std::string& authority_pem)
{
    TRY_LET(const std::filesystem::path folder, config_folder());
    TRY(sys::make_private_directory(folder));
    std::string ca_file;
    if (!authority_pem.empty()) {
        ca_file = (folder / "appliance-ca.pem").string();
        TRY(sys::write_private_file(ca_file, as_bytes(authority_pem)));
    }
    const Secret document(
        json::format({{"url", url}, {"token", std::string(token.reveal())}, {"ca_file", ca_file}})
    );
    return sys::write_private_file(folder / "login.json", as_bytes(document.reveal()));
}

Result<Login> load_login()
{
    TRY_LET(const std::filesystem::path folder, config_folder());
    Result<Bytes> content = sys::read_private_file(folder / "login.json", kLargestFile);
    if (!content.ok() && content.error().code() == ErrorCode::NotFound) {
        return Error{
            ErrorCode::InvalidInput,
            "no repository is named, and no appliance is logged in to",
            "Give --repo URL to work directly on storage, or log in with: starkeep login URL."
        };
    }
    TRY(content);
    const Result<Json> document = json::parse(as_text(*content));
    codec::wipe(*content);
    TRY(document);
    Login login;
    TRY_LET(login.url, json::get_string(*document, "url"));
    TRY_LET(login.ca_file, json::get_string(*document, "ca_file"));
    TRY_LET(std::string token, json::get_string(*document, "token"));
    login.token = Secret(std::move(token));
    return login;
}

}  // namespace starkeep::cli
