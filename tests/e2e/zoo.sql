-- SPDX-License-Identifier: Apache-2.0
-- One of every kind that a database of our users may hold. Nothing here needs an extension.

-- Types of one's own, and types made of them.
CREATE SCHEMA types;
CREATE TYPE types.mood AS ENUM ('sad', 'it''s ok', 'Happy', 'with "quotes"');
CREATE DOMAIN types.email AS text CHECK (VALUE ~ '@') NOT NULL;
CREATE DOMAIN types.percent AS numeric(5, 2) DEFAULT 50 CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE types.place AS (name text, position point, mood types.mood);
CREATE TYPE types.span AS RANGE (subtype = timestamptz, multirange_type_name = types.spans);
CREATE TYPE types.shell;
COMMENT ON TYPE types.mood IS 'How somebody feels; it''s a comment';

-- Every built-in type, with the values that are hard to carry.
CREATE TABLE public.everything (
    id uuid PRIMARY KEY,
    small smallint, whole integer, big bigint, exact numeric, scaled numeric(20, 10),
    single real, double double precision, cash money,
    flag boolean, letter "char", fixed character(10), short varchar(20), long text, binary_ bytea,
    day date, clock time, clock_zone timetz, moment timestamp, moment_zone timestamptz, duration interval,
    document jsonb, document_text json, markup text, words tsvector, query tsquery,
    network cidr, host inet, mac macaddr, mac8 macaddr8, bits bit(5), more_bits varbit,
    place_ point, stretch lseg, region box, way path, area polygon, ring circle, endless line,
    whole_range int4range, exact_range numrange, time_range tstzrange, many_ranges int4multirange,
    texts text[], grid integer[][], moods types.mood[], places types.place[],
    mood types.mood, address types.email, share types.percent, spot types.place, during types.span,
    position_ pg_lsn, transaction xid8, object oid, table_ regclass, kind regtype
);
INSERT INTO public.everything (id, address) VALUES ('00000000-0000-0000-0000-000000000000', 'a@b');
INSERT INTO public.everything VALUES (
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    -32768, -2147483648, -9223372036854775808, 'NaN', -1234567890.0123456789,
    1.17549435e-38, 'Infinity', -12.34,
    true, 'x', 'padded', E'tab\tnewline\nreturn\r', E'back\\slash \\N \\. "quote" ''single'' é 漢字 🐘 \x01\x7f', '\x00ff5c0a0d',
    '4713-01-01 BC', '24:00:00', '23:59:59.999999+15:59', 'infinity', '-infinity', '-178000000 years -1 mons 2 days -3:04:05.678901',
    '{"a": [1, 1.50, null, true, {"b\u00e9": "\"\\\n"}], "n": 1e400}', '{"kept":  "as written",  "kept": 2}', '<a b="c">t</a>', 'a:1A fat:2B,4C cat:5', 'fat & (rat | ! cat)',
    '192.168.0.0/16', '2001:db8::1/64', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', B'10101', B'',
    '(1.5,-2.25)', '[(0,0),(1,1)]', '(3,4),(1,2)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(1,2),3>', '{1,-1,0}',
    'empty', '[1.5,)', '["2020-01-01 00:00+00","2021-01-01 00:00+00")', '{[1,3),[5,7)}',
    ARRAY['', 'NULL', NULL, 'a,b', '{}', E'\\', '"', E'\n'], '[2:3][-1:0]={{1,2},{3,NULL}}', ARRAY['sad', 'it''s ok']::types.mood[],
    ARRAY[ROW('a "b", (c)', '(1,2)', 'Happy'), NULL]::types.place[],
    'with "quotes"', 'x@y', 99.99, ROW('', NULL, 'sad'), '(2020-01-01 00:00+00,]',
    'FFFFFFFF/FFFFFFFF', '18446744073709551615', 4294967295, 'pg_class', 'integer'
);

-- Names that SQL must quote, and one that looks like a command.
CREATE SCHEMA "Größe & ""Form""";
CREATE TABLE "Größe & ""Form"""."Table with spaces; DROP" (
    "select" integer PRIMARY KEY, "Ümlaut" text, "a""b" text, "tab	inside" text, "dot.ted" text, " " text
);
INSERT INTO "Größe & ""Form"""."Table with spaces; DROP" VALUES (1, 'ü', '"', E'\t', '.', ' ');
CREATE TABLE public."order" ("user" text, "from" text);
INSERT INTO public."order" VALUES ('u', 'f'), (NULL, '');
CREATE TABLE public."sixty_three_characters_long_name_of_a_table_that_is_the_maximum_" (id integer);

-- Shapes of tables.
CREATE TABLE public.no_columns ();
INSERT INTO public.no_columns DEFAULT VALUES;
INSERT INTO public.no_columns DEFAULT VALUES;
CREATE TABLE public.no_rows (id integer PRIMARY KEY, note text);
CREATE TABLE public.dropped (a integer, b text, c text DEFAULT 'c');
INSERT INTO public.dropped VALUES (1, 'gone'), (2, 'gone');
ALTER TABLE public.dropped DROP COLUMN b;
ALTER TABLE public.dropped ADD COLUMN d timestamptz DEFAULT '2020-02-02 00:00+00', ADD COLUMN e integer NOT NULL DEFAULT 7;
CREATE UNLOGGED TABLE public.unlogged (id integer PRIMARY KEY, note text);
INSERT INTO public.unlogged SELECT i, 'note ' || i FROM generate_series(1, 300) i;
CREATE TABLE public.toasted (id integer PRIMARY KEY, external text, inline_ text, compressed text);
ALTER TABLE public.toasted ALTER external SET STORAGE EXTERNAL, ALTER inline_ SET STORAGE PLAIN, ALTER compressed SET STORAGE EXTENDED;
INSERT INTO public.toasted
SELECT i, repeat(md5(i::text), 4000), 'inline', repeat('compress me ', 20000) FROM generate_series(1, 20) i;
CREATE TABLE public.large (id bigint PRIMARY KEY, filler text, amount numeric) WITH (fillfactor = 80, autovacuum_enabled = off);
INSERT INTO public.large SELECT i, md5(i::text) || repeat('-', i % 50), i * 1.25 FROM generate_series(1, 20000) i;
DELETE FROM public.large WHERE id % 3 = 0 OR id BETWEEN 5000 AND 9000;
UPDATE public.large SET filler = 'updated' WHERE id % 100 = 1;
ALTER TABLE public.large ALTER COLUMN amount SET STATISTICS 500;

-- Values that the server makes.
CREATE TABLE public.generated (
    always_ integer GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5 CYCLE MAXVALUE 1000), default_ bigint GENERATED BY DEFAULT AS IDENTITY,
    price numeric, tax numeric GENERATED ALWAYS AS (price * 0.19) STORED, serial_ serial, stamp timestamptz DEFAULT '2021-01-01 00:00+00'
);
INSERT INTO public.generated (price) SELECT i FROM generate_series(1, 50) i;
CREATE SEQUENCE public.countdown AS smallint INCREMENT -3 MINVALUE -100 MAXVALUE 100 START 99 CACHE 5 CYCLE;
SELECT nextval('public.countdown');
CREATE SEQUENCE public.never_used START 42;
CREATE SEQUENCE public.owned_elsewhere OWNED BY public.no_rows.id;
SELECT setval('public.owned_elsewhere', 77, false);

-- Partitions and inheritance.
CREATE TABLE public.measured (id bigint, at date NOT NULL, region text NOT NULL, value double precision, PRIMARY KEY (id, at, region)) PARTITION BY RANGE (at);
CREATE TABLE public.measured_2023 PARTITION OF public.measured FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE public.measured_2024 PARTITION OF public.measured FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (region);
CREATE TABLE public.measured_2024_eu PARTITION OF public.measured_2024 FOR VALUES IN ('eu', 'uk');
CREATE TABLE public.measured_2024_rest PARTITION OF public.measured_2024 DEFAULT;
CREATE TABLE types.measured_later (region text NOT NULL, id bigint NOT NULL, junk text, value double precision, at date NOT NULL);
ALTER TABLE types.measured_later DROP COLUMN junk;
ALTER TABLE public.measured ATTACH PARTITION types.measured_later DEFAULT;
INSERT INTO public.measured SELECT i, '2023-06-01'::date + i, (ARRAY['eu', 'uk', 'us'])[i % 3 + 1], sqrt(i) FROM generate_series(1, 900) i;
CREATE INDEX measured_value ON public.measured (value DESC NULLS LAST) INCLUDE (region);
CREATE TABLE public.hashed (id integer PRIMARY KEY) PARTITION BY HASH (id);
CREATE TABLE public.hashed_0 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.hashed_1 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO public.hashed SELECT generate_series(1, 100);
CREATE TABLE public.parent (id integer, name text);
CREATE TABLE public.child (age integer) INHERITS (public.parent);
CREATE TABLE public.grandchild () INHERITS (public.child);
INSERT INTO public.parent VALUES (1, 'p');
INSERT INTO public.child VALUES (2, 'c', 3);
INSERT INTO public.grandchild VALUES (3, 'g', 4);

-- Keys in a ring, so that no order of loading satisfies them; checks, exclusion, deferrable ones.
CREATE TABLE public.hen (id integer PRIMARY KEY, egg integer NOT NULL);
CREATE TABLE public.egg (id integer PRIMARY KEY, hen integer NOT NULL REFERENCES public.hen ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE public.hen ADD CONSTRAINT laid FOREIGN KEY (egg) REFERENCES public.egg DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO public.hen SELECT i, i FROM generate_series(1, 20) i;
INSERT INTO public.egg SELECT i, i FROM generate_series(1, 20) i;
COMMIT;
CREATE TABLE public.tree (id integer PRIMARY KEY, up integer REFERENCES public.tree);
INSERT INTO public.tree VALUES (2, NULL), (1, 2), (3, 1);
CREATE TABLE public.booked (room integer, during tsrange, EXCLUDE USING gist (during WITH &&), CHECK (room > 0) NO INHERIT);
INSERT INTO public.booked VALUES (1, '[2020-01-01,2020-01-02)');
ALTER TABLE public.booked ADD CONSTRAINT later CHECK (room < 0) NOT VALID;
CREATE UNIQUE INDEX only_happy ON public.everything (id) WHERE mood = 'Happy';
CREATE INDEX ON public.everything USING gin (document jsonb_path_ops);
CREATE INDEX ON public.large ((lower(filler)) text_pattern_ops);
CREATE INDEX ON public.large USING brin (id);
ALTER TABLE public.large CLUSTER ON large_pkey;
CREATE STATISTICS public.large_statistics (dependencies, ndistinct) ON filler, amount FROM public.large;
ALTER TABLE public.no_rows REPLICA IDENTITY FULL;

-- Code, and what runs when rows are loaded if nobody takes care.
CREATE FUNCTION public.explode() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN RAISE EXCEPTION 'a trigger ran during a restore'; END $body$;
CREATE TABLE public.guarded_by_trigger (id integer);
INSERT INTO public.guarded_by_trigger VALUES (1);
CREATE TRIGGER bomb BEFORE INSERT ON public.guarded_by_trigger FOR EACH ROW EXECUTE FUNCTION public.explode();
CREATE TRIGGER bomb_always BEFORE UPDATE ON public.guarded_by_trigger FOR EACH STATEMENT EXECUTE FUNCTION public.explode();
ALTER TABLE public.guarded_by_trigger ENABLE ALWAYS TRIGGER bomb_always;
ALTER TABLE public.guarded_by_trigger DISABLE TRIGGER bomb;
CREATE TABLE public.armed (id integer);
INSERT INTO public.armed VALUES (1), (2);
CREATE TRIGGER armed_bomb BEFORE INSERT ON public.armed FOR EACH ROW EXECUTE FUNCTION public.explode();
CREATE FUNCTION public.twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION public.in_new_style(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a + b; END;
CREATE TABLE public.indexed_by_function (id integer, CHECK (public.twice(id) < 1000));
INSERT INTO public.indexed_by_function SELECT generate_series(1, 50);
CREATE INDEX ON public.indexed_by_function (public.twice(id));
CREATE PROCEDURE public.nothing() LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE AGGREGATE public.product(integer) (SFUNC = int4mul, STYPE = integer, INITCOND = '1');
CREATE OPERATOR public.### (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4mul);
CREATE CAST (types.place AS text) WITH INOUT AS ASSIGNMENT;
CREATE COLLATION public.german (provider = libc, locale = 'C');
CREATE TEXT SEARCH CONFIGURATION public.simple_copy (COPY = pg_catalog.simple);
CREATE RULE silent AS ON DELETE TO public.no_rows DO INSTEAD NOTHING;

-- Views on views, and materialized ones that depend on each other; one is not populated.
CREATE VIEW public.happy AS SELECT id, mood FROM public.everything WHERE mood = 'Happy' WITH CHECK OPTION;
CREATE VIEW public.b_view AS SELECT count(*) AS n FROM public.large;
CREATE RECURSIVE VIEW public.counted (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counted WHERE n < 5;
CREATE MATERIALIZED VIEW public.a_summary AS SELECT id % 10 AS bucket, count(*) AS n FROM public.large GROUP BY 1;
CREATE UNIQUE INDEX ON public.a_summary (bucket);
CREATE MATERIALIZED VIEW public."A second summary" AS SELECT sum(n) AS n FROM public.a_summary;
CREATE MATERIALIZED VIEW public.unpopulated AS SELECT 1 AS one WITH NO DATA;
COMMENT ON MATERIALIZED VIEW public.a_summary IS E'two\nlines';

-- Rights.
ALTER TABLE public.no_rows OWNER TO zoo_owner;
GRANT SELECT, INSERT (note), UPDATE ON public.no_rows TO zoo_reader WITH GRANT OPTION;
GRANT USAGE ON SCHEMA types TO zoo_reader;
GRANT EXECUTE ON FUNCTION public.twice(integer) TO zoo_reader;
REVOKE ALL ON FUNCTION public.twice(integer) FROM PUBLIC;
GRANT USAGE ON SEQUENCE public.countdown TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA types GRANT SELECT ON TABLES TO zoo_reader;
ALTER TABLE public.no_rows ENABLE ROW LEVEL SECURITY;
CREATE TABLE public.secret_rows (id integer, owner_ text);
INSERT INTO public.secret_rows VALUES (1, 'zoo_reader'), (2, 'somebody');
ALTER TABLE public.secret_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.secret_rows FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON public.secret_rows FOR SELECT TO zoo_reader USING (owner_ = current_user);
COMMENT ON COLUMN public.large.filler IS 'fills';
COMMENT ON POLICY own_rows ON public.secret_rows IS 'only one''s own';

-- Large objects.
SELECT lo_from_bytea(424242, decode(repeat('00ff5c', 100000), 'hex'));
SELECT lo_from_bytea(424243, '');
ALTER LARGE OBJECT 424243 OWNER TO zoo_owner;
GRANT SELECT ON LARGE OBJECT 424242 TO zoo_reader;
COMMENT ON LARGE OBJECT 424242 IS 'a large object';

CREATE PUBLICATION everything_published FOR TABLE public.large WHERE (id > 10);
CREATE FUNCTION public.watch_commands() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER watcher ON ddl_command_end WHEN TAG IN ('CREATE CAST') EXECUTE FUNCTION public.watch_commands();
