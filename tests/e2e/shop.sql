-- SPDX-License-Identifier: Apache-2.0
-- A small shop: the everyday database of these tests.
CREATE SCHEMA sales;
CREATE TABLE public.customers (id integer PRIMARY KEY, name text NOT NULL, joined date);
CREATE TABLE sales.orders (
    id integer PRIMARY KEY, customer integer NOT NULL REFERENCES public.customers, total numeric(10, 2), note text
);
CREATE INDEX orders_customer ON sales.orders (customer);
CREATE TABLE sales.lines (orders integer REFERENCES sales.orders, position integer, item text, PRIMARY KEY (orders, position));
CREATE SEQUENCE sales.invoices START 1000;
CREATE VIEW sales.big_orders AS SELECT * FROM sales.orders WHERE total > 400;
INSERT INTO public.customers SELECT i, 'customer ' || i, '2020-01-01'::date + i FROM generate_series(1, 500) i;
INSERT INTO sales.orders SELECT i, i % 500 + 1, i * 0.25, nullif(repeat('note ', i % 7), '') FROM generate_series(1, 2000) i;
INSERT INTO sales.lines SELECT i / 3 + 1, i % 3, md5(i::text) FROM generate_series(0, 5999) i;
SELECT nextval('sales.invoices') FROM generate_series(1, 12);
