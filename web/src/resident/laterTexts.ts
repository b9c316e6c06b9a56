// Of the codes, those that residents' pages show: the others are the staff's, and weigh.
import { accountEvent, clinicalStatus, criticality, documentStatus, encounterClass, encounterStatus, eventStatus, grantReason, institutionLevel, purpose, reportStatus, requestStatus, sensitive, specialty } from '../shared/i18n/zh/codes.json';
import texts from '../shared/i18n/zh/residentLater.json';
import { bring } from '../shared/i18n/i18n';

export const laterCodes = { accountEvent, clinicalStatus, criticality, documentStatus, encounterClass, encounterStatus, eventStatus, grantReason, institutionLevel, purpose, reportStatus, requestStatus, sensitive, specialty };

/** The Chinese of every page but the first comes with whichever is opened, not with the first view of all. */
bring('resident', texts);
bring('codes', laterCodes);
