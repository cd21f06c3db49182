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
    renames.add({.schema = "public", .name = "orders"}, {.schema = "public", .name = "copy"});
    renames.add(
        {.schema = "public", .name = "orders_pkey"}, {.schema = "public", .name = "copy_pkey"}
    );
    renames.add(
        {.schema = "public", .name = "orders_id_seq"}, {.schema = "public", .name = "copy_id_seq"}
    );
    return renames;
}

TEST(Renames, ReachEveryPlaceThatNamesTheTable)
{
    const struct {
        const char* kind;
        const char* before;
        const char* after;
    } cases[] = {
        {.kind = "TABLE",
         .before = "CREATE TABLE public.orders (id integer)",
         .after = "CREATE TABLE \"public\".\"copy\" (id integer)"},
        {.kind = "FK CONSTRAINT",
         .before = "REFERENCES public.orders(id)",
         .after = "REFERENCES \"public\".\"copy\"(id)"},
        {.kind = "COMMENT",
         .before = "COMMENT ON COLUMN public.orders.id IS 'public.orders'",
         .after = "COMMENT ON COLUMN \"public\".\"copy\".id IS 'public.orders'"},
        {.kind = "DEFAULT",
         .before = "nextval('public.orders_id_seq'::regclass)",
         .after = "nextval('\"public\".\"copy_id_seq\"'::regclass)"},
        {.kind = "CONSTRAINT",
         .before = "ADD CONSTRAINT orders_pkey PRIMARY KEY (id)",
         .after = "ADD CONSTRAINT \"copy_pkey\" PRIMARY KEY (id)"},
        {.kind = "CONSTRAINT",
         .before = "CLUSTER ON orders_pkey",
         .after = "CLUSTER ON \"copy_pkey\""},
        {.kind = "VIEW",
         .before = "SELECT orders.id FROM public.orders WHERE orders.id > 1",
         .after = "SELECT orders.id FROM \"public\".\"copy\" \"orders\" WHERE orders.id > 1"},
        {.kind = "VIEW",
         .before = "SELECT o.id FROM public.orders o",
         .after = "SELECT o.id FROM \"public\".\"copy\" o"},
        {.kind = "VIEW",
         .before = "FROM (public.orders\n JOIN public.x ON true)",
         .after = "FROM (\"public\".\"copy\" \"orders\"\n JOIN public.x ON true)"},
    };
    for (const auto& each : cases) {
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
