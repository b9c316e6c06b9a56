import { QueryClient } from '@tanstack/react-query';
import { onSessionChange, currentToken } from '../session/session';
import { FhirError } from './client';

/** Worth another try: no answer, overload, a fault of the server. A refusal stays a refusal. */
function mayPass(error: unknown): boolean {
  return error instanceof FhirError && (error.status === 0 || error.status === 429 || error.status >= 500) && error.code !== 'foreign-link';
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && mayPass(error),
      retryDelay: (attempt) => 500 * 2 ** attempt,
      refetchOnWindowFocus: false,
    },
  },
});

// What one person saw must not be on the page for the next one who signs in at this tab.
onSessionChange(() => {
  if (currentToken() === undefined) queryClient.clear();
});
