import codes from './codes.json';
import common from './common.json';
import console from './console.json';
import figures from './figures.json';
import queue from './queue.json';
import residentFirst from './resident.json';
import residentOnline from './residentOnline.json';
import residentRecord from './residentRecord.json';
import residentResults from './residentResults.json';
import record from './record.json';
import reports from './reports.json';
import screen from './screen.json';
import supervision from './supervision.json';
import types from './types.json';
import visit from './visit.json';
import workbench from './workbench.json';

/** Of the residents' Chinese, what only one page shows comes with that page. */
const resident = { ...residentFirst, ...residentOnline, ...residentRecord, ...residentResults };

/** All texts, for types and tests. An entry takes those of its own file, so that nobody downloads another's. */
export default { common, console, record, reports, resident, workbench, codes, types, queue, screen, visit, figures, supervision };
