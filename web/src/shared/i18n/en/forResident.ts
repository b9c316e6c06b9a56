// Of the codes, those that residents' pages show: the others are the staff's, and weigh.
import { accountEvent, cardScene, clinicalStatus, criticality, documentStatus, encounterClass, encounterStatus, eventStatus, gender, grantReason, institutionLevel, purpose, reportStatus, requestStatus, sensitive, specialty } from './codes.json';
import common from './common.json';
import reports from './reports.json';
import resident from './resident.json';
import types from './types.json';

const codes = { accountEvent, cardScene, clinicalStatus, criticality, documentStatus, encounterClass, encounterStatus, eventStatus, gender, grantReason, institutionLevel, purpose, reportStatus, requestStatus, sensitive, specialty };

export default { common, reports, resident, codes, types };
