// SPDX-License-Identifier: Apache-2.0
#include "sys/errno_error.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace starkeep::sys {

namespace {

ErrorCode classify(int error_number)
{
    switch (error_number) {
    case ENOENT:
        return ErrorCode::NotFound;
    case EEXIST:
        return ErrorCode::Exists;
    case EACCES:
    case EPERM:
    case EROFS:
        return ErrorCode::Denied;
    case ENOSPC:
    case EDQUOT:
        return ErrorCode::NoSpace;
    default:
        return ErrorCode::Unavailable;
    }
}

}  // namespace

Error errno_error(int error_number, const std::string& what)
{
    std::string words = std::generic_category().message(error_number);
    if (!words.empty() && words[0] >= 'A' && words[0] <= 'Z') {
        words[0] = static_cast<char>(words[0] - 'A' + 'a');
    }
    return {classify(error_number), what + ": " + words};
}

}  // namespace starkeep::sys
