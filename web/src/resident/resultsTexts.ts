import texts from '../shared/i18n/zh/residentResults.json';
import { bring } from '../shared/i18n/i18n';

/** The Chinese of searches, bills and readers of a report comes with their pages, not with the first view of all pages. */
bring('resident', texts);
