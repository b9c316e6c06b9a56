import clearing from './clearing.json';
import codes from './codes.json';
import common from './common.json';
import finance from './finance.json';
import queue from './queue.json';
import record from './record.json';
import settlement from './settlement.json';
import types from './types.json';
import workbench from './workbench.json';

export default { common, workbench, queue, record, codes, types, settlement, clearing, finance };
