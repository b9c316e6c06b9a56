-- Complaints about parcels are complaints as all others (V215, docs/adr/0130). Distribution: as the table parcel (V153).
-- Plain SQL of PostgreSQL 15 level, one statement each.

drop index parcel_shop_open;

drop index parcel_carrier_open;

alter table parcel drop column complaint;

alter table parcel drop column grievance;

create index parcel_shop_open on parcel (shop, changed) where state < 4;

create index parcel_carrier_open on parcel (carrier, changed) where state < 4;
