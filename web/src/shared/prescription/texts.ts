import { prescriptionTexts } from '../i18n/forPrescription';
import { alsoTexts } from '../i18n/i18n';

// Whoever draws pages of prescriptions imports this first.
await alsoTexts(prescriptionTexts);
