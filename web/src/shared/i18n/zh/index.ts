import clearing from './clearing.json';
import codesRest from './codes.json';
import codesFirst from './codesFirst.json';
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
import residentFirst from './resident.json';
import residentLater from './residentLater.json';
import residentOnline from './residentOnline.json';
import residentPrescriptions from './residentPrescriptions.json';
import residentRecord from './residentRecord.json';
import residentResults from './residentResults.json';
import record from './record.json';
import reports from './reports.json';
import screen from './screen.json';
import settlement from './settlement.json';
import supervision from './supervision.json';
import tariff from './tariff.json';
import types from './types.json';
import visit from './visit.json';
import workbench from './workbench.json';

type Merged<A, B> = { [K in keyof A | keyof B]: K extends keyof A ? (K extends keyof B ? A[K] & B[K] : A[K]) : K extends keyof B ? B[K] : never };

/** Both, group by group: a group may be in two files, none of its texts in both. */
const merged = <A extends object, B extends object>(first: A, later: B): Merged<A, B> =>
  Object.fromEntries([...new Set([...Object.keys(first), ...Object.keys(later)])].map((group) => [group, both(first[group as keyof A], later[group as keyof B])])) as Merged<A, B>;
const both = (one: unknown, other: unknown): unknown => (typeof one === 'object' && typeof other === 'object' ? { ...one, ...other } : (one ?? other));

/** Of the residents' Chinese, what the first view does not show comes with the pages that do. */
const resident = { ...merged(residentFirst, residentLater), ...residentOnline, ...residentPrescriptions, ...residentRecord, ...residentResults };

const codes = { ...codesRest, ...codesFirst };

/** All texts, for types and tests. An entry takes those of its own file, so that nobody downloads another's. */
export default { common, console, record, reports, resident, workbench, codes, types, queue, screen, visit, figures, operations, prescription, settlement, clearing, finance, supervision, tariff, dispensing, complaint, rating };
