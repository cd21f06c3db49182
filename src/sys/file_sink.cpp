// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"
#include "sys/staged_file_internal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <utility>

namespace starkeep::sys {

FileSink::FileSink() = default;
FileSink::~FileSink() = default;
FileSink::FileSink(FileSink&& other) noexcept = default;
FileSink& FileSink::operator=(FileSink&& other) noexcept = default;

Result<FileSink> FileSink::open(const std::filesystem::path& path)
{
    FileSink sink;
    sink.target_ = path;
    struct stat state = {};
    const bool there = ::lstat(path.c_str(), &state) == 0;
    if (!there && errno != ENOENT) {
        return errno_error(errno, "opening " + path.string());
    }
    if (!there || S_ISREG(state.st_mode)) {
        TRY_LET(StagedFile staged, StagedFile::create(parent_of(path)));
        sink.staged_ = std::make_unique<StagedFile>(std::move(staged));
        return sink;
    }
    sink.owned_ = UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!sink.owned_) {
        return errno_error(errno, "opening " + path.string());
    }
    sink.fd_ = sink.owned_.get();
    return sink;
}

FileSink FileSink::standard_output()
{
    FileSink sink;
    sink.target_ = "standard output";
    sink.fd_ = STDOUT_FILENO;
    return sink;
}

Result<void> FileSink::write(ByteView bytes)
{
    return staged_ ? staged_->write(bytes) : write_all(fd_, bytes, "writing " + target_.string());
}

Result<void> FileSink::finish()
{
    return staged_ ? staged_->replace(target_) : sync_file(fd_, "syncing " + target_.string());
}

}  // namespace starkeep::sys
