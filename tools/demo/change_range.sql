-- SPDX-License-Identifier: Apache-2.0
-- Changes 1 % of the rows of the big tables, in one key range each: what a day's work does.
\set ON_ERROR_STOP on
\set QUIET on
select max(id) as last from sales.events \gset
update sales.events set detail = detail || '{"late": true}' where id > :last * 0.7 and id <= :last * 0.71;
select max(id) as last from sales.order_lines \gset
update sales.order_lines set quantity = quantity % 5 + 1 where id > :last * 0.7 and id <= :last * 0.71;
select max(id) as last from sales.orders \gset
update sales.orders set status = 'returned' where id > :last * 0.7 and id <= :last * 0.71;
refresh materialized view stock.best_sellers;
checkpoint;
