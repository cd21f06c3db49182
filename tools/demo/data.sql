-- SPDX-License-Identifier: Apache-2.0
-- Fills the shop. psql variable: scale, percent of the full size (100 is somewhat more than 500 MB of rows).
\set ON_ERROR_STOP on
\set QUIET on
set synchronous_commit = off;
set work_mem = '64MB';
set maintenance_work_mem = '256MB';
select setseed(0.42) \g /dev/null

select 2000 * :scale as customers, 4000 * :scale as orders, 16500 * :scale as events, 24 * :scale as products \gset

-- Words of a small language, so that text compresses as text does.
create function pg_temp.words(count int, seed bigint) returns text language sql immutable as $$
    select string_agg((array['the','a','box','came','late','good','bad','light','heavy','blue','green','works','well',
        'broken','nice','price','again','never','always','quick','delivery','thanks','would','buy','friend','recommend',
        'quality','paper','screw','missing','manual','clear','Größe','déjà','vu','中文'])[
        1 + abs(hashint8extended(seed, i)) % 36], ' ')
    from generate_series(1, count) i
$$;

insert into stock.suppliers (name, country)
    select 'Supplier ' || i, (array['DE', 'FR', 'PL', 'CN', 'US'])[1 + i % 5] from generate_series(1, 200) i;
insert into stock.categories select i, nullif(i / 5, 0), 'Category ' || i from generate_series(1, 100) i;
insert into stock.products (id, supplier, category, name, tags, size, price, attributes)
    select i, 1 + i % 200, 1 + i % 100, initcap(pg_temp.words(3, i)),
           array['tag' || i % 17, 'tag' || i % 31], row(i % 900, i % 500, 3)::stock.dimensions, (i * 37 % 99900) / 100.0,
           jsonb_build_object('colour', i % 12, 'weight_g', i % 5000, 'codes', jsonb_build_array(i, i * 2))
    from generate_series(1, :products) i;
insert into stock.price_list
    select p, daterange(date '2023-01-01' + q * 91, date '2023-01-01' + q * 91 + 91), (p * q % 9999) / 100.0
    from generate_series(1, :products) p, generate_series(0, 11) q;
insert into stock.images
    select gen_random_uuid(), i, (select string_agg(sha512((i || ':' || k)::text::bytea), ''::bytea)
                                  from generate_series(1, 150) k), now() - i * interval '1 hour'
    from generate_series(1, :products, 2) i;
insert into stock.manuals
    select i, pg_temp.words(9000, i), null from generate_series(1, :products, 5) i;
update stock.manuals set pdf = lo_from_bytea(0, convert_to(left(body, 20000), 'UTF8')) where product % 50 = 1;

insert into sales.customers
    select i, 'person' || i || '@example.org', initcap(pg_temp.words(2, i)), '+49 30 ' || 1000000 + i,
           jsonb_build_object('street', 'Street ' || i % 977, 'city', 'City ' || i % 131, 'zip', lpad((i % 99999)::text, 5, '0')),
           case when i % 3 > 0 then array['books', 'tools', null] end, date '1950-01-01' + (i % 20000)::int,
           timestamptz '2025-06-01 00:00Z' - i * interval '1 second'
    from generate_series(1, :customers) i;
insert into sales.notes
    select i, timestamptz '2025-01-01 00:00Z' + i * interval '1 minute', pg_temp.words(12, i)
    from generate_series(1, :customers, 10) i;
insert into sales.orders
    select i, 1 + i * 7919::bigint % :customers, timestamptz '2023-01-01 00:00Z' + i * (interval '1095 days' / :orders),
           (enum_range(null::sales.order_status))[1 + i % 5], nextval('sales.invoice_number'), (i % 50000) / 100.0,
           case when i % 4 = 0 then 'please ring twice, then leave it with neighbour ' || i % 61 end
    from generate_series(1, :orders) i;
insert into sales.order_lines (order_id, product, quantity, unit_price)
    select o, 1 + (o * 31 + l * 17) % :products, 1 + (o + l) % 5, (o * l % 20000) / 100.0
    from generate_series(1, :orders) o, generate_series(1, 3) l;
insert into sales.payments
    select gen_random_uuid(), i, (i % 50000) / 100.0, timestamptz '2023-01-02 00:00Z' + i * interval '4 minutes',
           jsonb_build_object('provider', 'pay' || i % 4, 'reference', md5(i::text), 'ok', true)
    from generate_series(1, :orders, 2) i;
insert into sales.reviews (id, product, customer, stars, body, written)
    select i, 1 + i % :products, 1 + i % :customers, 1 + i % 5, pg_temp.words(20 + (i % 30)::int, i),
           timestamptz '2024-01-01 00:00Z' + i * interval '5 minutes'
    from generate_series(1, :orders, 10) i;
insert into sales.events
    select i, md5((i / 20)::text)::uuid, timestamptz '2025-01-01 00:00Z' + i * interval '20 seconds',
           (array['view', 'search', 'cart', 'checkout'])[1 + i % 4],
           jsonb_build_object('product', 1 + i % :products, 'page', '/catalogue/' || i % 4999, 'ms', i % 1999,
                              'agent', 'Browser/' || i % 71, 'trace', md5(i::text)),
           '10.0.0.0'::inet + i % 65000
    from generate_series(1, :events) i;
insert into sales.carts select md5(i::text)::uuid, '{"items": []}' from generate_series(1, 100) i;
refresh materialized view stock.best_sellers;
analyze;
checkpoint;
