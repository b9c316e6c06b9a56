import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { consoleTexts } from '../shared/i18n/forConsole';
import { startTranslation } from '../shared/i18n/i18n';
import { applyTokens } from '../shared/theme/tokens';
import '../shared/theme/base.css';
import { Themed } from '../shared/theme/Themed';
import { finishSignIn } from '../shared/session/account';
import { queryClient } from '../shared/fhir/queries';
import { Console } from './Console';

applyTokens(document.documentElement);
await Promise.all([startTranslation(consoleTexts), finishSignIn()]);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Themed>
        <Console />
      </Themed>
    </QueryClientProvider>
  </StrictMode>,
);
