import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { Communication } from 'fhir/r4';
import { useEffect } from 'react';
import { operate } from '../../shared/fhir/client';

/** Reads anew what a message may have changed. */
export function readNews(client: QueryClient): void {
  for (const key of ['unread', 'messages', 'reports']) void client.invalidateQueries({ queryKey: [key] });
}

type What = { patient: string; about?: string } | { message: string };

/** Marks as read: one message, those about one report or document, or all of a person. */
export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (what: What) =>
      'message' in what
        ? operate(`Communication/${encodeURIComponent(what.message)}/$mark-read`, {})
        : operate('Communication/$mark-read', { patient: `Patient/${what.patient}`, ...(what.about === undefined ? {} : { about: what.about }) }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['unread'] });
      void client.invalidateQueries({ queryKey: ['messages'] });
    },
  });
}

/** Whoever opens a report has read what was told of it. @param patient whose it is; absent until it is there */
export function useOpened(patient: string | undefined, about: string): void {
  const { mutate } = useMarkRead();
  useEffect(() => {
    if (patient !== undefined) mutate({ patient, about });
  }, [mutate, patient, about]);
}

const TOPIC = 'https://helan.health/fhir/CodeSystem/report-notice';

/** Where the report or document is that a message is about; absent where it is about something else. */
export function placeOf({ topic, about }: Communication): string | undefined {
  if (topic?.coding?.[0]?.system !== TOPIC) return undefined;
  const [type, id] = (about?.[0]?.reference ?? '').split('/');
  return id === undefined ? undefined : type === 'DiagnosticReport' ? `/reports/${id}` : `/documents/${type ?? ''}/${id}`;
}
