-- SPDX-License-Identifier: Apache-2.0
-- Changes 1 % of the rows of the big tables, spread over all of them: the worst case of an incremental backup.
\set ON_ERROR_STOP on
\set QUIET on
update sales.events set detail = detail || '{"seen": true}' where abs(hashint8extended(id, 7)) % 100 = 0;
update sales.order_lines set quantity = quantity % 5 + 1 where abs(hashint8extended(id, 7)) % 100 = 0;
update sales.orders set status = 'sent' where abs(hashint8extended(id, 7)) % 100 = 0;
refresh materialized view stock.best_sellers;
checkpoint;
