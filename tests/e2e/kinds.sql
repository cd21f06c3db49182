-- SPDX-License-Identifier: Apache-2.0
-- One of every kind of definition that a restore over an existing copy meets again; what the zoo has is not repeated.

CREATE SCHEMA own;
CREATE TABLE own.t (id integer PRIMARY KEY, word text, at date CHECK (at > '2000-01-01'));
INSERT INTO own.t SELECT i, 'word ' || i FROM generate_series(1, 100) i;
CREATE TABLE own.child (id integer PRIMARY KEY, t integer REFERENCES own.t, n serial);
INSERT INTO own.child (id, t) SELECT i, i FROM generate_series(1, 50) i;
CREATE INDEX word_index ON own.t (lower(word));
CREATE TABLE own.parts (id integer, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE own.parts_a PARTITION OF own.parts FOR VALUES IN ('a');
CREATE TABLE own.parts_rest PARTITION OF own.parts DEFAULT;
INSERT INTO own.parts VALUES (1, 'a'), (2, 'b');

CREATE EXTENSION hstore;
CREATE DOMAIN own.positive AS integer CHECK (VALUE > 0);
CREATE TYPE own.mood AS ENUM ('sad', 'happy');
CREATE TYPE own.span AS RANGE (subtype = date);
CREATE TYPE own.pair AS (a integer, b text);
CREATE FUNCTION own.twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION own.twice(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $1';
CREATE PROCEDURE own.act() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE own.product(integer) (SFUNC = int4mul, STYPE = integer, INITCOND = '1');
CREATE OPERATOR own.### (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4mul);
CREATE OPERATOR own.### (LEFTARG = text, RIGHTARG = text, FUNCTION = textcat);
CREATE OPERATOR FAMILY own.family USING btree;
CREATE OPERATOR CLASS own.class FOR TYPE integer USING btree FAMILY own.family AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE CAST (own.pair AS text) WITH INOUT AS ASSIGNMENT;
CREATE FUNCTION own.from_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'prsd_lextype';
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION own.from_sql(internal));
CREATE COLLATION own.german (provider = libc, locale = 'C');
CREATE CONVERSION own.conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH PARSER own.parser
    (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE own.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY own.dictionary (TEMPLATE = own.template);
CREATE TEXT SEARCH CONFIGURATION own.configuration (PARSER = own.parser);
CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE LANGUAGE own_language HANDLER plpgsql_call_handler;
CREATE FOREIGN DATA WRAPPER wrapper;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER wrapper OPTIONS (host 'nowhere');
CREATE USER MAPPING FOR postgres SERVER elsewhere OPTIONS (name 'me');
CREATE FOREIGN TABLE own.far (id integer) SERVER elsewhere;
CREATE STATISTICS own.statistics (dependencies) ON id, word FROM own.t;
CREATE VIEW own.seen AS SELECT id, word FROM own.t WHERE id < 10;
CREATE MATERIALIZED VIEW own.kept AS SELECT count(*) AS n FROM own.t;
CREATE UNIQUE INDEX kept_index ON own.kept (n);
CREATE SEQUENCE own.free START 5;
CREATE RULE silent AS ON DELETE TO own.child DO INSTEAD NOTHING;
CREATE FUNCTION own.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER watch BEFORE UPDATE ON own.t FOR EACH ROW EXECUTE FUNCTION own.nothing();
CREATE POLICY own_rows ON own.t USING (id > 0);
CREATE FUNCTION own.watch_commands() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER watcher ON ddl_command_end WHEN TAG IN ('CREATE CAST') EXECUTE FUNCTION own.watch_commands();
CREATE PUBLICATION published FOR TABLE own.t WHERE (id > 10);
CREATE SUBSCRIPTION subscribed CONNECTION 'host=nowhere' PUBLICATION published WITH (connect = false, slot_name = NONE, enabled = false);
ALTER DEFAULT PRIVILEGES IN SCHEMA own GRANT SELECT ON TABLES TO PUBLIC;
COMMENT ON PUBLICATION published IS 'for all';
COMMENT ON TYPE own.mood IS 'how somebody feels';
GRANT EXECUTE ON FUNCTION own.twice(integer) TO PUBLIC;
