// What the first view shows; the rest of the texts comes with the code of later pages (laterTexts.ts).
import codes from './codesFirst.json';
import common from './common.json';
import resident from './resident.json';

export default { common, resident, codes };
