-- SPDX-License-Identifier: Apache-2.0
-- One line per table, materialized view, sequence and for the large objects: name, count, a sum of hashes of the rows.
-- Computed by the server alone, without Starkeep; the order of the rows does not count. The unlogged table is left
-- out: its rows do not outlive a crash of the server and are in no backup.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' '
set timezone = 'UTC';
select string_agg(
    format('select %L as name, count(*) as count, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) as digest from only %I.%I t',
           n.nspname || '.' || c.relname, n.nspname, c.relname), ' union all ')
    || ' union all ' ||
    (select string_agg(
        format('select %L, 1, hashtextextended(last_value || is_called::text, 0)::numeric from %I.%I',
               schemaname || '.' || sequencename, schemaname, sequencename), ' union all ')
     from pg_sequences where schemaname in ('sales', 'stock'))
    || ' union all select ''large objects'', count(*), coalesce(sum(hashtextextended(md5(lo_get(oid)), 0)::numeric), 0)
         from pg_largeobject_metadata order by name' as statement
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('sales', 'stock') and c.relkind in ('r', 'm') and c.relpersistence = 'p' \gset
:statement;
