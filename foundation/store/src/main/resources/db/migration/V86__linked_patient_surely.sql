-- Distribution: linked_patient lies by home (V85). Residents' own accounts follow links that are certain, and no others.
create index linked_patient_surely on linked_patient (surely) include (patient);
