import clearing from './clearing.json';
import codes from './codes.json';
import common from './common.json';
import complaint from './complaint.json';
import console from './console.json';
import dispensing from './dispensing.json';
import figures from './figures.json';
import finance from './finance.json';
import operations from './operations.json';
import prescription from './prescription.json';
import queue from './queue.json';
import rating from './rating.json';
import resident from './resident.json';
import record from './record.json';
import reports from './reports.json';
import screen from './screen.json';
import settlement from './settlement.json';
import supervision from './supervision.json';
import tariff from './tariff.json';
import types from './types.json';
import visit from './visit.json';
import workbench from './workbench.json';

/** All texts, for types and tests. An entry takes those of its own file, so that nobody downloads another's. */
export default { common, console, record, reports, resident, workbench, codes, types, queue, screen, visit, figures, operations, prescription, settlement, clearing, finance, supervision, tariff, dispensing, complaint, rating };
