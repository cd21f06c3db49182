// SPDX-License-Identifier: Apache-2.0
#include "cli/repository_access.hpp"

#include "azure/cloud.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/context.hpp"
#include "repository/repository.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "store_url/open_store.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::cli {

namespace {

/// A longer "password" is a file named by mistake.
constexpr std::uint64_t kLongestPassword = std::uint64_t{64} << 10U;

}  // namespace

Result<Secret> read_password(const std::string& path)
{
    Result<Bytes> content = sys::read_file(path, kLongestPassword);
    if (!content.ok()) {
        const ErrorCode code = content.error().code();
        return Error{
            code == ErrorCode::Denied ? ErrorCode::Denied : ErrorCode::InvalidInput,
            content.error().text(),
            "The password file holds the repository's password on one line."
        };
    }
    std::string_view text = as_text(*content);
    while (text.ends_with('\n') || text.ends_with('\r')) {
        text.remove_suffix(1);
    }
    if (text.empty()) {
        return Error{ErrorCode::InvalidInput, "the password file " + path + " is empty"};
    }
    return Secret(std::string(text));
}

Result<azure::Cloud> named_cloud(const Context& context)
{
    azure::Cloud cloud;
    if (!context.cloud_file.empty()) {
        TRY_LET(cloud, azure::Cloud::load(context.cloud_file));
    }
    if (!context.ca_file.empty()) {
        cloud.ca_file = context.ca_file;
    }
    return cloud;
}

Result<std::unique_ptr<store::Store>> open_store(const Context& context, store::OpenMode mode)
{
    if (context.repository_url.empty()) {
        return Error{
            ErrorCode::InvalidInput,
            "no repository is named",
            "Give --repo URL or set STARKEEP_REPO, for example file:///srv/backup."
        };
    }
    TRY_LET(azure::Cloud cloud, named_cloud(context));
    return store_url::open_store(context.repository_url, {.mode = mode, .cloud = std::move(cloud)});
}

Result<Secret> repository_password(const Context& context)
{
    if (context.password_file.empty()) {
        return Error{
            ErrorCode::InvalidInput,
            "no password is given for the repository",
            "Give --password-file FILE or set STARKEEP_PASSWORD_FILE."
        };
    }
    return read_password(context.password_file);
}

Result<OpenRepository> open_repository(const Context& context)
{
    const sys::Stopwatch stopwatch;
    OpenRepository opened;
    TRY_LET(opened.store, open_store(context, store::OpenMode::MustExist));
    TRY_LET(const Secret password, repository_password(context));
    TRY_LET(opened.repository, repository::Repository::open(*opened.store, password));
    opened.opening_s = stopwatch.seconds();
    return opened;
}

}  // namespace starkeep::cli
