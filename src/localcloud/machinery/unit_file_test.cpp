// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "localcloud/machinery/unit_file.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace starkeep::localcloud {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::Pair;

TEST(UnitFile, SaysWhatAWorkersUnitSays)
{
    ASSERT_OK_AND_LET(
        const UnitFile unit,
        parse_unit_file(
            "# a comment\n"
            "[Unit]\n"
            "Description=Starkeep worker\n"
            "After=network-online.target\n"
            "[Service]\n"
            "Type=exec\n"
            "ExecStart=/opt/starkeep/bin/worker --name %n \\\n"
            "    --config \"/opt/star keep/worker.json\"\n"
            "Environment=A=1 \"B=two words\"\n"
            "EnvironmentFile=-/etc/starkeep.env\n"
            "WorkingDirectory=/opt/starkeep\n"
            "Restart=on-failure\n"
            "RestartSec=2\n"
            "NoNewPrivileges=yes\n"
            "[Install]\n"
            "WantedBy=multi-user.target\n",
            "worker.service"
        )
    );

    EXPECT_EQ(unit.description, "Starkeep worker");
    ASSERT_EQ(unit.start.size(), 1U);
    EXPECT_THAT(
        unit.start[0].words,
        ElementsAre(
            "/opt/starkeep/bin/worker",
            "--name",
            "worker.service",
            "--config",
            "/opt/star keep/worker.json"
        )
    );
    EXPECT_THAT(unit.environment, ElementsAre(Pair("A", "1"), Pair("B", "two words")));
    ASSERT_EQ(unit.environment_files.size(), 1U);
    EXPECT_TRUE(unit.environment_files[0].may_be_missing);
    EXPECT_EQ(unit.working_directory, "/opt/starkeep");
    EXPECT_EQ(unit.restart, UnitRestart::OnFailure);
    EXPECT_EQ(unit.restart_pause, milliseconds(2000));
    EXPECT_THAT(unit.wanted_by, ElementsAre("multi-user.target"));
}

TEST(UnitFile, TakesBackAListByAnEmptyValue)
{
    ASSERT_OK_AND_LET(
        const UnitFile unit,
        parse_unit_file("[Service]\nExecStart=/bin/a\nExecStart=\nExecStart=-/bin/b\n", "x.service")
    );

    ASSERT_EQ(unit.start.size(), 1U);
    EXPECT_THAT(unit.start[0].words, ElementsAre("/bin/b"));
    EXPECT_TRUE(unit.start[0].may_fail);
}

TEST(UnitFile, MayHaveSeveralCommandsOnlyWhenOneshot)
{
    EXPECT_OK(parse_unit_file(
        "[Service]\nType=oneshot\nExecStart=/bin/a\nExecStart=/bin/b\n", "x.service"
    ));
    EXPECT_ERROR(
        parse_unit_file("[Service]\nExecStart=/bin/a\nExecStart=/bin/b\n", "x.service"),
        ErrorCode::InvalidInput
    );
}

TEST(UnitFile, IsRefusedForWhatSystemdWouldNotRun)
{
    for (const char* text :
         {"",
          "[Service]\nType=simple\n",
          "[Service\nExecStart=/bin/a\n",
          "[Service]\nExecStart=/bin/a \"b\n",
          "[Service]\nExecStart=/bin/a\nnonsense\n",
          "[Service]\nExecStart=/bin/a\nRestart=perhaps\n",
          "[Service]\nExecStart=/bin/a\nRestartSec=soon\n",
          "[Service]\nExecStart=/bin/a\nType=forking\n",
          "[Service]\nExecStart=/bin/a\nEnvironment=A\n",
          "[Service]\nExecStart=/bin/a\nRemainAfterExit=maybe\n"}) {
        SCOPED_TRACE(text);
        EXPECT_ERROR(parse_unit_file(text, "x.service"), ErrorCode::InvalidInput);
    }
}

TEST(UnitFile, KeepsPercentSignsThatAreDoubled)
{
    ASSERT_OK_AND_LET(
        const UnitFile unit,
        parse_unit_file("[Service]\nExecStart=/bin/date +%%s %N %p\n", "x.service")
    );

    EXPECT_THAT(unit.start[0].words, ElementsAre("/bin/date", "+%s", "x", "x"));
}

TEST(EnvironmentFile, HoldsNamesAndValues)
{
    EXPECT_THAT(
        parse_environment_file("# no\nA=1\n\nB=\"two words\"\n C = x \nnonsense\n=no\n X='q'\nE="),
        ElementsAre(
            Pair("A", "1"), Pair("B", "two words"), Pair("C", "x"), Pair("X", "q"), Pair("E", "")
        )
    );
}

TEST(TimeSpan, IsReadInSystemdsUnits)
{
    EXPECT_EQ(parse_time_span("5").value(), milliseconds(5000));
    EXPECT_EQ(parse_time_span("250ms").value(), milliseconds(250));
    EXPECT_EQ(parse_time_span("1min 30s").value(), milliseconds(90'000));
    EXPECT_EQ(parse_time_span("1min30s").value(), milliseconds(90'000));
    EXPECT_EQ(parse_time_span("0").value(), milliseconds(0));
    for (const char* text : {"", "soon", "-5", "5 parsecs", "99999999999999999999"}) {
        SCOPED_TRACE(text);
        EXPECT_ERROR(parse_time_span(text), ErrorCode::InvalidInput);
    }
}

}  // namespace
}  // namespace starkeep::localcloud
