-- SPDX-License-Identifier: Apache-2.0
-- What the damage looks like.
\set QUIET on
select to_regclass('sales.reviews') is null as "reviews are gone",
       (select count(*) from sales.payments) as "payments left",
       (select max(price) from stock.price_list) as "highest price";
