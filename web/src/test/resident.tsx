import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { Resident } from '../resident/Resident';
import { go } from '../resident/router';
import en from '../shared/i18n/en';
import { startTranslation } from '../shared/i18n/i18n';
import zh from '../shared/i18n/zh';
import { signIn } from '../shared/session/session';

/** Renders the residents' pages at a route, signed in with an account: `/access/me` has to tell of it. No retries: a failure shows at once. */
export async function openResident(route: string) {
  await startTranslation({ zh, en: () => Promise.resolve(en) });
  go(route);
  signIn('token', 'refresh');
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Resident />
    </QueryClientProvider>,
  );
}
