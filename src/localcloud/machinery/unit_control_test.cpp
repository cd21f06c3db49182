// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "localcloud/machinery/service_unit.hpp"
#include "localcloud/machinery/unit_control.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {
namespace {

/// The init's loop around a folder of units, with a time that the test moves.
class Units {
public:
    Units() : folder_(sys::TempDir::create("starkeep-units").value()), control_(folders()) {}

    void write(std::string_view unit, std::string_view text) const
    {
        ASSERT_OK(sys::make_directories(folder_.path() / "units"));
        ASSERT_OK(sys::write_file_durably(folder_.path() / "units" / unit, as_bytes(text)));
    }
    ControlReply call(const std::vector<std::string>& words)
    {
        std::optional<ControlReply> got;
        control_.call(words, [&](const ControlReply& reply) { got = reply; }, now_);
        attend([&] { return got.has_value(); });
        return got.value_or(ControlReply{.status = -1});
    }
    void pass(Moment time)
    {
        now_ += time;
        control_.tick(now_);
    }
    void boot() { control_.boot(now_); }
    /// Until the journal of a unit says this.
    bool says(const std::string& unit, std::string_view text)
    {
        return attend([&] {
            const auto said = sys::read_file(folder_.path() / (unit + ".service.log"), 1U << 20U);
            return said.ok() && as_text(*said) == text;
        });
    }
    std::string state(const std::string& unit) { return call({"is-active", unit}).text; }
    bool becomes(const std::string& unit, std::string_view wanted)
    {
        return attend([&] { return state(unit) == wanted; });
    }
    ~Units()
    {
        control_.stop_all(now_);
        attend([&] { return control_.is_quiet(); });
    }

private:
    UnitFolders folders() const
    {
        return {.units = {folder_.path() / "units"}, .journal = folder_.path()};
    }
    bool attend(const std::function<bool()>& is_done)
    {
        constexpr int kTries = 2000;
        for (int i = 0; i < kTries; ++i) {
            int status = 0;
            const pid_t gone = ::waitpid(-1, &status, WNOHANG);
            if (gone > 0) {
                control_.reaped(gone, status, now_);
            }
            if (is_done()) {
                return true;
            }
            sys::wait_for({}, std::chrono::milliseconds(gone > 0 ? 0 : 5));
        }
        return false;
    }

    sys::TempDir folder_;
    UnitControl control_;
    Moment now_{0};
};

TEST(UnitControl, StartsAndStopsAService)
{
    Units units;
    units.write("a.service", "[Service]\nExecStart=/bin/sleep 1000\n");

    EXPECT_EQ(units.state("a"), "inactive\n");
    EXPECT_EQ(units.call({"start", "a"}).status, 0);
    EXPECT_EQ(units.state("a"), "active\n");
    EXPECT_EQ(units.call({"stop", "a.service"}).status, 0);
    EXPECT_EQ(units.state("a"), "inactive\n");
}

TEST(UnitControl, WaitsForTheEndOfAOneshot)
{
    Units units;
    units.write(
        "a.service",
        "[Service]\nType=oneshot\nEnvironment=WORD=hello\nExecStart=/bin/echo ${WORD} world\n"
        "ExecStart=-/bin/false\nExecStart=/bin/echo $WORD\nRemainAfterExit=yes\n"
    );

    EXPECT_EQ(units.call({"start", "a"}).status, 0);
    EXPECT_EQ(units.state("a"), "active\n");
    EXPECT_TRUE(units.says("a", "hello world\nhello\n"));
}

TEST(UnitControl, TellsThatAStartFailed)
{
    Units units;
    units.write("a.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n");
    units.write("b.service", "[Service]\nExecStart=/no/such/program\n");
    units.write("c.service", "[Service]\nExecStartPre=/bin/false\nExecStart=/bin/sleep 1000\n");

    for (const char* unit : {"a", "b", "c"}) {
        SCOPED_TRACE(unit);
        EXPECT_EQ(units.call({"start", unit}).status, 1);
        EXPECT_EQ(units.state(unit), "failed\n");
    }
    EXPECT_EQ(units.call({"start", "absent"}).status, 5);
    EXPECT_EQ(units.call({"status", "absent"}).status, 4);
    EXPECT_EQ(units.call({"start", "../../etc/passwd"}).status, 5);
}

TEST(UnitControl, StartsAFailedServiceAgainAfterItsPause)
{
    Units units;
    units.write(
        "a.service",
        "[Service]\nExecStart=/bin/sh -c 'echo ran; exit 3'\nRestart=on-failure\nRestartSec=5\n"
    );

    static_cast<void>(units.call({"start", "a"}));
    EXPECT_TRUE(units.becomes("a", "activating\n"));
    EXPECT_TRUE(units.says("a", "ran\n"));
    units.pass(Moment(5'000));

    EXPECT_TRUE(units.says("a", "ran\nran\n"));
}

TEST(UnitControl, GivesUpOnAServiceThatFailsAllTheTime)
{
    Units units;
    units.write("a.service", "[Service]\nExecStart=/bin/false\nRestart=always\nRestartSec=100ms\n");

    static_cast<void>(units.call({"start", "a"}));
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(units.becomes("a", "activating\n"));
        units.pass(Moment(100));
    }

    EXPECT_TRUE(units.becomes("a", "failed\n"));
}

TEST(UnitControl, KillsWhatDoesNotStopInTime)
{
    Units units;
    units.write(
        "a.service",
        "[Service]\nExecStart=/bin/sh -c 'trap \"\" TERM; echo ready; while :; do sleep 1; "
        "done'\nTimeoutStopSec=2\n"
    );
    static_cast<void>(units.call({"start", "a"}));
    ASSERT_TRUE(units.says("a", "ready\n"));

    EXPECT_EQ(units.call({"stop", "--no-block", "a"}).status, 0);
    EXPECT_EQ(units.state("a"), "deactivating\n");
    units.pass(Moment(2'000));

    EXPECT_TRUE(units.becomes("a", "inactive\n"));
}

TEST(UnitControl, StartsEnabledUnitsAtBoot)
{
    Units units;
    units.write(
        "a.service", "[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n"
    );

    EXPECT_EQ(units.call({"is-enabled", "a"}).text, "disabled\n");
    EXPECT_EQ(units.call({"enable", "a"}).status, 0);
    EXPECT_EQ(units.call({"is-enabled", "a"}).text, "enabled\n");
    EXPECT_EQ(units.state("a"), "inactive\n");
    units.boot();
    EXPECT_EQ(units.state("a"), "active\n");

    EXPECT_EQ(units.call({"disable", "--now", "a"}).status, 0);
    EXPECT_EQ(units.state("a"), "inactive\n");
}

TEST(UnitControl, TakesAChangedUnitAfterAReload)
{
    Units units;
    units.write("a.service", "[Service]\nType=oneshot\nExecStart=/bin/echo old\n");
    EXPECT_EQ(units.call({"start", "a"}).status, 0);
    units.write("a.service", "[Service]\nType=oneshot\nExecStart=/bin/echo new\n");
    EXPECT_EQ(units.call({"start", "a"}).status, 0);
    EXPECT_TRUE(units.says("a", "old\nold\n"));

    EXPECT_EQ(units.call({"daemon-reload"}).status, 0);
    EXPECT_EQ(units.call({"start", "a"}).status, 0);

    EXPECT_TRUE(units.says("a", "old\nold\nnew\n"));
}

}  // namespace
}  // namespace starkeep::localcloud
