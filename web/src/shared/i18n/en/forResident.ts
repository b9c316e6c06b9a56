import codes from './codes.json';
import common from './common.json';
import reports from './reports.json';
import resident from './resident.json';
import types from './types.json';
import visit from './visit.json';

export default { common, reports, resident, codes, types, visit };
