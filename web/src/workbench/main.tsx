import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from '../shared/fhir/queries';
import { workbenchTexts } from '../shared/i18n/forWorkbench';
import { startTranslation } from '../shared/i18n/i18n';
import { enter, finishSignIn } from '../shared/session/account';
import '../shared/theme/base.css';
import { startScheme } from '../shared/theme/scheme';
import { Workbench } from './Workbench';

enter({ client: 'helan-workbench', path: '/workbench/' });
startScheme();
await Promise.all([startTranslation(workbenchTexts), finishSignIn()]);

const root = document.getElementById('root');
if (!root) throw new Error('workbench/index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Workbench />
    </QueryClientProvider>
  </StrictMode>,
);
