// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/dns_message.hpp"
#include "localcloud/machinery/name_book.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace starkeep::localcloud {
namespace {

constexpr Address kPublic{0xC6336405U};

/// An account with a private endpoint somewhere, as every resolver of the world sees it.
void put_account(NameBook& book)
{
    book.put_public("acc.blob.core.test", std::string("acc.privatelink.blob.core.test"));
    book.put_public("acc.privatelink.blob.core.test", kPublic);
}

ZoneFact blob_zone(std::vector<AddressRecord> records, std::vector<FactId> networks)
{
    return {
        .id = "/zone",
        .name = "privatelink.blob.core.test",
        .records = std::move(records),
        .networks = std::move(networks)
    };
}

std::string address_in(const DnsAnswer& answer)
{
    for (const DnsRecord& record : answer.records) {
        if (const Address* address = std::get_if<Address>(&record.value)) {
            return address->text();
        }
    }
    return "none";
}

const AddressRecord kRecord{
    .name = "acc", .ttl = std::chrono::seconds(10), .addresses = {"10.50.0.5"}
};

TEST(NameBook, GivesThePrivateAddressToALinkedNetworkOnly)
{
    NameBook book;
    put_account(book);
    book.put_zone(blob_zone({kRecord}, {"/linked"}));

    EXPECT_EQ(address_in(book.find("ACC.blob.core.test", DnsType::A, "/linked")), "10.50.0.5");
    EXPECT_EQ(address_in(book.find("acc.blob.core.test", DnsType::A, "/other")), "198.51.100.5");
    EXPECT_EQ(
        address_in(book.find("acc.blob.core.test", DnsType::A, std::nullopt)), "198.51.100.5"
    );
}

TEST(NameBook, KnowsNoNameThatALinkedZoneLacks)
{
    NameBook book;
    put_account(book);
    book.put_zone(blob_zone({}, {"/linked"}));

    const DnsAnswer answer = book.find("acc.blob.core.test", DnsType::A, "/linked");

    EXPECT_EQ(answer.status, DnsStatus::NoSuchName);
    EXPECT_EQ(address_in(answer), "none");
}

TEST(NameBook, ForgetsAZoneThatIsRemoved)
{
    NameBook book;
    put_account(book);
    book.put_zone(blob_zone({kRecord}, {"/linked"}));
    book.remove_zone("/zone");

    EXPECT_EQ(address_in(book.find("acc.blob.core.test", DnsType::A, "/linked")), "198.51.100.5");
}

TEST(NameBook, AnswersTheChainBeforeTheAddress)
{
    NameBook book;
    put_account(book);

    const DnsAnswer answer = book.find("acc.blob.core.test", DnsType::A, std::nullopt);

    ASSERT_EQ(answer.records.size(), 2U);
    EXPECT_EQ(std::get<std::string>(answer.records[0].value), "acc.privatelink.blob.core.test");
    EXPECT_EQ(answer.records[1].name, "acc.privatelink.blob.core.test");
}

TEST(NameBook, HasNoAddressesOfTheNextVersion)
{
    NameBook book;
    book.put_public("login.test", kPublic);

    const DnsAnswer answer = book.find("login.test", DnsType::Aaaa, std::nullopt);

    EXPECT_EQ(answer.status, DnsStatus::Success);
    EXPECT_TRUE(answer.records.empty());
}

TEST(NameBook, KnowsNothingElse)
{
    const NameBook book;

    EXPECT_EQ(book.find("example.com", DnsType::A, std::nullopt).status, DnsStatus::NoSuchName);
}

TEST(NameBook, EndsACircleOfNames)
{
    NameBook book;
    book.put_public("a.test", std::string("b.test"));
    book.put_public("b.test", std::string("a.test"));

    EXPECT_EQ(book.find("a.test", DnsType::A, std::nullopt).status, DnsStatus::ServerFailure);
}

TEST(NameBook, TakesTheClosestOfNestedZones)
{
    NameBook book;
    book.put_zone({.id = "/wide", .name = "test", .networks = {"/n"}});
    book.put_zone(
        {.id = "/close",
         .name = "db.test",
         .records = {{.name = "@", .ttl = {}, .addresses = {"10.0.0.9"}}},
         .networks = {"/n"}}
    );

    EXPECT_EQ(address_in(book.find("db.test", DnsType::A, "/n")), "10.0.0.9");
}

}  // namespace
}  // namespace starkeep::localcloud
