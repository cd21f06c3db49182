# SPDX-License-Identifier: Apache-2.0
"""The physical limit: every row by COPY to /dev/null, over two connections that read half of each table."""

from machine import run

# As the engine's own sessions have them.
SETTINGS = """
set datestyle = 'ISO'; set timezone = 'UTC'; set extra_float_digits = 3; set bytea_output = 'hex'; set search_path = '';
set synchronize_seqscans = off; set max_parallel_workers_per_gather = 0; set jit = off; set enable_memoize = off;
"""

# Per table and half: stored columns, by a range of places.
HALF = """
select format('copy (select %s from only %s where ctid >= %L and ctid < %L) to stdout;', columns, name,
              format('(%s,0)', {half} * middle), format('(%s,0)', case {half} when 0 then middle else 4294967295 end))
from (select format('%I.%I', n.nspname, c.relname) as name, (pg_relation_size(c.oid) / 8192 + 1) / 2 as middle,
             (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
              where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname in ('sales', 'stock')) as tables
"""


class Limit:
    name = "limit"

    def __init__(self, server):
        self.server = server
        self.scripts = [server.work / f"half{half}.sql" for half in (0, 1)]

    def prepare(self):
        for half, script in enumerate(self.scripts):
            script.write_text(SETTINGS + self.server.sql(HALF.replace("{half}", str(half))))

    def back_up(self, cores=None):
        first, second = (f"psql -Xq -v ON_ERROR_STOP=1 -f '{script}' shop >/dev/null" for script in self.scripts)
        return run(f"{first} & other=$!; {second} && wait $other", cores=cores)
