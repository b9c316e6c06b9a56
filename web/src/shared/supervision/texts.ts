import { bring } from '../../shared/i18n/i18n';
import texts from '../../shared/i18n/zh/supervision.json';

bring('supervision', texts);
