// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "codec/md5.hpp"
#include "fleet/bootstrap_script_internal.hpp"
#include "fleet/reach_script_internal.hpp"
#include "fleet/script_internal.hpp"
#include "fleet/verify_network.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Download download(const std::string& name, std::string_view content, const std::string& url)
{
    protocol::ManifestFile file;
    file.name = name;
    file.size_bytes = content.size();
    file.md5 = codec::md5(as_bytes(content));
    file.sha256 = codec::sha256(as_bytes(content));
    return {.file = file, .url = url};
}

TEST(BootstrapScript, KeepsUrlsInVariablesSoThatTheManagedFormCanHideThem)
{
    const Script script = bootstrap_script(
        download("b.tar.gz", "bundle", "https://a/b.tar.gz?sig=x"),
        {download("worker.json", "{}", "https://a/w?sig=y")}
    );

    EXPECT_THAT(
        script.variables,
        ElementsAre(
            std::pair<std::string, std::string>("URL_0", "https://a/b.tar.gz?sig=x"),
            std::pair<std::string, std::string>("URL_1", "https://a/w?sig=y")
        )
    );
    for (const std::string& line : script.lines) {
        EXPECT_EQ(line.find("sig="), std::string::npos) << line;
    }
    EXPECT_THAT(whole_text(script), HasSubstr("URL_0='https://a/b.tar.gz?sig=x'"));
}

/// Runs the script for real, up to where it would leave its folder: the download, from files instead of a server.
TEST(BootstrapScript, StopsAtAFileWhoseChecksumDiffers)
{
    ASSERT_OK_AND_LET(const sys::TempDir directory, sys::TempDir::create("bootstrap"));
    const std::filesystem::path file = directory.path() / "b.tar.gz";
    ASSERT_OK(sys::write_file_durably(file, as_bytes("damaged")));
    const Script script =
        bootstrap_script(download("b.tar.gz", "bundle", "file://" + file.string()), {});
    const std::filesystem::path text = directory.path() / "script.sh";
    ASSERT_OK(sys::write_file_durably(text, as_bytes(whole_text(script))));

    std::string said;
    ASSERT_OK(sys::run_process(
        {.arguments = {"bash", text.string()}},
        [&](ByteView piece) {
            said += as_text(piece);
            return Result<void>();
        },
        {}
    ));

    EXPECT_THAT(said, HasSubstr("##RC=12"));
    EXPECT_EQ(bootstrap_fault(12), "the MD5 of a downloaded worker file differs");
}

TEST(ReachScript, AnswersAreReadWithLayerAddressesAndRemedy)
{
    const std::vector<Reach> targets{
        {.host = "a.example", .port = 443, .speaks_tls = true},
        {.host = "b.example", .port = 5432, .speaks_tls = false},
        {.host = "c.example", .port = 443, .speaks_tls = true},
    };

    ASSERT_OK_AND_LET(
        const std::vector<ReachResult> results,
        parse_reach(
            targets, "##REACH 0 ok 10.1.0.4 \nnoise\n##REACH 1 dns \n##REACH 2 ok 20.1.1.1\n"
        )
    );

    EXPECT_TRUE(results[0].is_good(true));
    EXPECT_EQ(results[1].layer, ReachLayer::Dns);
    EXPECT_THAT(results[1].remedy, HasSubstr("b.example does not resolve"));
    EXPECT_FALSE(results[2].is_good(true));
    EXPECT_TRUE(results[2].is_good(false));
    EXPECT_THAT(results[2].remedy, HasSubstr("public address"));
}

TEST(ReachScript, AMissingAnswerIsAnError)
{
    EXPECT_ERROR(parse_reach({{.host = "a.example"}}, "##RC=0\n"), ErrorCode::Unavailable);
}

TEST(ReachScript, NeverHandsAHostWithShellCharactersToTheShell)
{
    const Script script = reach_script({{.host = "a;reboot"}});

    EXPECT_EQ(whole_text(script).find("reboot"), std::string::npos);
}

}  // namespace
}  // namespace starkeep::fleet
