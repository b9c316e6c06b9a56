import codesRest from './codes.json';
import codesFirst from './codesFirst.json';
import common from './common.json';
import queue from './queue.json';
import record from './record.json';
import settlement from './settlement.json';
import types from './types.json';
import workbench from './workbench.json';

const codes = { ...codesRest, ...codesFirst };

export default { common, workbench, queue, record, codes, types, settlement };
