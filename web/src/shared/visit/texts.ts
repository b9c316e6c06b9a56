import { visitTexts } from '../i18n/forVisit';
import { alsoTexts } from '../i18n/i18n';

// Whoever draws pages of visits imports this first.
await alsoTexts(visitTexts);
