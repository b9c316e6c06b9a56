import { queryOptions } from '@tanstack/react-query';
import type { Bundle } from 'fhir/r4';
import { get } from '../../shared/fhir/client';
import { today } from '../../shared/format/dates';

const DAY = 86_400_000;

/** What is older counts as seen: nobody needs a badge for it. */
const DAYS = 30;

/** How many messages somebody has not read. Apart from what marks them, since the first view asks this and no more. */
export const unreadOf = (patient: string) =>
  queryOptions({
    queryKey: ['unread', patient],
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ subject: `Patient/${patient}`, recipient: `Patient/${patient}`, 'received:missing': 'true', sent: `ge${today(Date.now() - DAYS * DAY)}`, _summary: 'count' });
      return (await get<Bundle>(`Communication?${query.toString()}`, signal)).total ?? 0;
    },
    enabled: patient !== '',
    refetchOnWindowFocus: true,
    // The tab bar and the news ask the same a moment apart.
    staleTime: 10_000,
  });
