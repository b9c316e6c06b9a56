-- Doctors and services by department. Plain SQL of PostgreSQL 15 level, one statement each. Distribution: all REFERENCE.

create index registry_post_specialties on registry_post using gin (specialties);

create index registry_service_specialties on registry_service using gin (specialties);

create index registry_licence_institution on registry_licence (institution);
