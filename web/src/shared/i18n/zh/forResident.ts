import codes from './codes.json';
import common from './common.json';
import resident from './resident.json';
import types from './types.json';

export default { common, resident, codes, types };
