import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { screenTexts } from '../shared/i18n/forScreen';
import { startTranslation } from '../shared/i18n/i18n';
import { applyTokens } from '../shared/theme/tokens';
import '../shared/theme/base.css';
import { HallPage } from './HallPage';

applyTokens(document.documentElement);
await startTranslation(screenTexts);
const root = document.getElementById('root');
if (!root) throw new Error('screen/index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <HallPage />
  </StrictMode>,
);
