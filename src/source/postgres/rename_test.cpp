// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/archive.hpp"
#include "source/postgres/rename.hpp"
#include "source/postgres/restore_plan.hpp"

#include <gtest/gtest.h>

#include <string>

namespace starkeep::source::postgres {
namespace {

Renames orders_to_copy()
{
    Renames renames;
    renames.add({"public", "orders"}, {"public", "copy"});
    renames.add({"public", "orders_pkey"}, {"public", "copy_pkey"});
    renames.add({"public", "orders_id_seq"}, {"public", "copy_id_seq"});
    return renames;
}

TEST(Renames, ReachEveryPlaceThatNamesTheTable)
{
    const struct {
        const char* kind;
        const char* before;
        const char* after;
    } kCases[] = {
        {"TABLE",
         "CREATE TABLE public.orders (id integer)",
         "CREATE TABLE \"public\".\"copy\" (id integer)"},
        {"FK CONSTRAINT", "REFERENCES public.orders(id)", "REFERENCES \"public\".\"copy\"(id)"},
        {"COMMENT",
         "COMMENT ON COLUMN public.orders.id IS 'public.orders'",
         "COMMENT ON COLUMN \"public\".\"copy\".id IS 'public.orders'"},
        {"DEFAULT",
         "nextval('public.orders_id_seq'::regclass)",
         "nextval('\"public\".\"copy_id_seq\"'::regclass)"},
        {"CONSTRAINT",
         "ADD CONSTRAINT orders_pkey PRIMARY KEY (id)",
         "ADD CONSTRAINT \"copy_pkey\" PRIMARY KEY (id)"},
        {"CONSTRAINT", "CLUSTER ON orders_pkey", "CLUSTER ON \"copy_pkey\""},
        {"VIEW",
         "SELECT orders.id FROM public.orders WHERE orders.id > 1",
         "SELECT orders.id FROM \"public\".\"copy\" \"orders\" WHERE orders.id > 1"},
        {"VIEW", "SELECT o.id FROM public.orders o", "SELECT o.id FROM \"public\".\"copy\" o"},
        {"VIEW",
         "FROM (public.orders\n JOIN public.x ON true)",
         "FROM (\"public\".\"copy\" \"orders\"\n JOIN public.x ON true)"},
    };
    for (const auto& each : kCases) {
        SCOPED_TRACE(each.before);
        ArchiveEntry entry;
        entry.kind = each.kind;
        entry.schema = "public";
        entry.definition = each.before;

        EXPECT_EQ(orders_to_copy().definition(entry), each.after);
    }
}

TEST(Renames, LeaveFunctionsOfTheSameNameAndTheirTextAlone)
{
    ArchiveEntry entry;
    entry.kind = "FUNCTION";
    entry.schema = "public";
    entry.definition =
        "CREATE FUNCTION public.orders(integer) AS $$ SELECT 1 FROM public.orders $$";

    EXPECT_EQ(orders_to_copy().definition(entry), entry.definition);
}

TEST(Renames, GiveTheDatabaseItsNewName)
{
    EXPECT_EQ(
        with_database_renamed("COMMENT ON DATABASE shop IS 'DATABASE shop'", "shop", "new"),
        "COMMENT ON DATABASE \"new\" IS 'DATABASE shop'"
    );
    EXPECT_EQ(
        with_database_renamed("ALTER ROLE shop IN DATABASE \"shop\" SET x TO 'y'", "shop", "new"),
        "ALTER ROLE shop IN DATABASE \"new\" SET x TO 'y'"
    );
}

TEST(Renames, DeriveNamesThatTheServerDoesNotCutOff)
{
    EXPECT_EQ(derived_name("orders_pkey", "orders", "copy"), "copy_pkey");
    EXPECT_EQ(derived_name("by_day", "orders", "copy"), "copy_by_day");
    const std::string longest(63, 'x');
    EXPECT_EQ(derived_name("orders_pkey", "orders", longest), std::string(58, 'x') + "_pkey");
    const std::string cut = derived_name("orders_pkey", "orders", std::string(57, 'x') + "üü");
    EXPECT_EQ(cut, std::string(57, 'x') + "_pkey");
}

}  // namespace
}  // namespace starkeep::source::postgres
