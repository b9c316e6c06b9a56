-- Parcels that wait for somebody, for the lists of pharmacies and couriers: under way, or complained of.
-- Distribution: as the table parcel (V153). Plain SQL of PostgreSQL 15 level, one statement each.

create index parcel_shop_open on parcel (shop, changed) where state < 4 or complaint = 1;

create index parcel_carrier_open on parcel (carrier, changed) where state < 4 or complaint = 1;
