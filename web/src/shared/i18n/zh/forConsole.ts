import codes from './codes.json';
import common from './common.json';
import console from './console.json';
import queue from './queue.json';
import record from './record.json';
import types from './types.json';

export default { common, console, queue, record, codes, types };
