import texts from '../shared/i18n/zh/residentPay.json';
import { bring } from '../shared/i18n/i18n';

/** The Chinese of payments and receipts comes with their pages, not with the first view of all pages. */
bring('resident', texts);
