// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/relay.hpp"

#include "base/bytes.hpp"
#include "sys/file.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kPiece = std::size_t{128} << 10U;
// A machine that was removed says no goodbye.
constexpr int kIdleSeconds = 30;
constexpr int kProbeSeconds = 10;
constexpr int kProbes = 3;

void prepare(int socket)
{
    const int yes = 1;
    static_cast<void>(::fcntl(socket, F_SETFL, O_NONBLOCK));
    static_cast<void>(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes));
    static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes));
    static_cast<void>(
        ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &kIdleSeconds, sizeof kIdleSeconds)
    );
    static_cast<void>(
        ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &kProbeSeconds, sizeof kProbeSeconds)
    );
    static_cast<void>(::setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &kProbes, sizeof kProbes));
}

bool is_patient(int fault)
{
    return fault == EAGAIN || fault == EINTR;
}

/// One direction: what was read and not yet written.
class Lane {
public:
    Lane(int from, int to) : from_(from), to_(to), piece_(kPiece) {}

    bool wants_read() const { return !ended_ && begin_ == end_; }
    bool wants_write() const { return begin_ != end_; }
    bool is_over() const { return ended_ && begin_ == end_; }

    /// False when the connection broke.
    bool read()
    {
        const ssize_t got = ::read(from_, piece_.data(), piece_.size());
        if (got < 0) {
            return is_patient(errno);
        }
        begin_ = 0;
        end_ = static_cast<std::size_t>(got);
        if (got == 0) {
            ended_ = true;
            static_cast<void>(::shutdown(to_, SHUT_WR));
            return true;
        }
        return write();
    }
    bool write()
    {
        const ssize_t put = ::send(to_, &piece_[begin_], end_ - begin_, MSG_NOSIGNAL);
        if (put < 0) {
            return is_patient(errno);
        }
        begin_ += static_cast<std::size_t>(put);
        return true;
    }

private:
    int from_;
    int to_;
    Bytes piece_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool ended_ = false;
};

short wanted(const Lane& out, const Lane& in)
{
    return static_cast<short>((out.wants_read() ? POLLIN : 0) | (in.wants_write() ? POLLOUT : 0));
}

/// Serves one side's events; false when the connection broke.
bool attend(short events, Lane& out, Lane& in)
{
    const bool failed = (events & (POLLERR | POLLNVAL)) != 0;
    if (failed || ((events & POLLOUT) != 0 && in.wants_write() && !in.write())) {
        return false;
    }
    const bool has_input = (events & (POLLIN | POLLHUP)) != 0;
    return !has_input || !out.wants_read() || out.read();
}

}  // namespace

void relay(sys::UniqueFd left, sys::UniqueFd right, int wake)
{
    prepare(left.get());
    prepare(right.get());
    Lane there(left.get(), right.get());
    Lane back(right.get(), left.get());
    while (!there.is_over() || !back.is_over()) {
        const short left_wants = wanted(there, back);
        const short right_wants = wanted(back, there);
        // A side without wishes is not watched: its hang-up would wake us for nothing.
        std::array<pollfd, 3> watched{{
            {.fd = left_wants != 0 ? left.get() : -1, .events = left_wants, .revents = 0},
            {.fd = right_wants != 0 ? right.get() : -1, .events = right_wants, .revents = 0},
            {.fd = wake, .events = POLLIN, .revents = 0},
        }};
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) {
            return;
        }
        if (watched[2].revents != 0 || !attend(watched[0].revents, there, back) ||
            !attend(watched[1].revents, back, there)) {
            return;
        }
    }
}

}  // namespace starkeep::localcloud
