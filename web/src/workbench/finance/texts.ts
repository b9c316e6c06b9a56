import { bring } from '../../shared/i18n/i18n';
import clearing from '../../shared/i18n/zh/clearing.json';
import finance from '../../shared/i18n/zh/finance.json';

bring('clearing', clearing);
bring('finance', finance);
