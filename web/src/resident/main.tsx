import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from '../shared/fhir/queries';
import { residentTexts } from '../shared/i18n/forResident';
import { startTranslation } from '../shared/i18n/i18n';
import { enter, finishSignIn } from '../shared/session/account';
import { applyTokens } from '../shared/theme/tokens';
import '../shared/theme/base.css';
import './base.css';
import { applyElder } from './elder';
import { Resident } from './Resident';

enter({ client: 'helan-resident', path: '/resident/' });
applyTokens(document.documentElement);
applyElder();
await Promise.all([startTranslation(residentTexts), finishSignIn()]);
const root = document.getElementById('root');
if (!root) throw new Error('resident/index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Resident />
    </QueryClientProvider>
  </StrictMode>,
);
