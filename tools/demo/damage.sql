-- SPDX-License-Identifier: Apache-2.0
-- A bad day: a table dropped, a third of the payments deleted, all prices overwritten.
\set ON_ERROR_STOP on
\set QUIET on
drop table sales.reviews;
delete from sales.payments where order_id % 3 = 1;
update stock.price_list set price = 0;
