import clearing from './clearing.json';
import codes from './codes.json';
import common from './common.json';
import console from './console.json';
import figures from './figures.json';
import record from './record.json';
import settlement from './settlement.json';
import tariff from './tariff.json';
import types from './types.json';

export default { common, console, record, codes, types, figures, clearing, settlement, tariff };
