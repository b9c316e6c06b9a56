import { operationTexts } from '../shared/i18n/forOperations';
import { alsoTexts } from '../shared/i18n/i18n';

// Whoever tells what somebody did imports this first.
await alsoTexts(operationTexts);
