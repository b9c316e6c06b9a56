-- Distribution: access_grant lies by home (V25). One person may have several Patients (Patient.link): what opens or closes one of them opens or
-- closes the others, by rows of their own. Such a row says here whose it is: digest of the Patient that its cause names; null for the row of that Patient itself.
alter table access_grant add column named bigint;
