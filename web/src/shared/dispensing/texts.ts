import { dispensingTexts } from '../i18n/forDispensing';
import { alsoTexts } from '../i18n/i18n';

// Whoever draws pages of pharmacies or couriers imports this first.
await alsoTexts(dispensingTexts);
