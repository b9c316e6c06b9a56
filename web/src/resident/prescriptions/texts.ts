import { bring } from '../../shared/i18n/i18n';
import texts from '../../shared/i18n/zh/residentPrescriptions.json';

/** These pages' Chinese comes with them, not with the first view of all pages. */
bring('resident', texts);
