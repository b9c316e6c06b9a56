import codesRest from './codes.json';
import codesFirst from './codesFirst.json';
import common from './common.json';
import console from './console.json';
import record from './record.json';
import types from './types.json';

const codes = { ...codesRest, ...codesFirst };

export default { common, console, record, codes, types };
