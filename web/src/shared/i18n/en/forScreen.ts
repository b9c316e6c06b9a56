import common from './common.json';
import screen from './screen.json';

export default { common, screen };
