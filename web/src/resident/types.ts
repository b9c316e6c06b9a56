import { bring } from '../shared/i18n/i18n';
import texts from '../shared/i18n/zh/types.json';

/** Names of resource types, for the pages that say them. */
bring('types', texts);
