import type { Parameters } from 'fhir/r4';
import { repetitionsOf } from '../../shared/fhir/bundles';

/** Worst first, which is the order of the list. */
export const LINK_STATES = ['down', 'degraded', 'unknown', 'ok'] as const;
export type LinkState = (typeof LINK_STATES)[number];

export const LINK_REASONS = ['name', 'refused', 'timeout', 'tls', 'status', 'closed'] as const;
export type LinkReason = (typeof LINK_REASONS)[number];

/** The link to an institution. `latency` in milliseconds. */
export type Link = {
  endpoint: string;
  name: string;
  address: string | undefined;
  state: LinkState;
  since: string | undefined;
  latency: number | undefined;
  reason: LinkReason | undefined;
};

export type Links = { probing: boolean; links: Link[] };

export function linksIn(parameters: Parameters): Links {
  const links = repetitionsOf(parameters, 'link').flatMap((parts): Link[] => {
    const endpoint = parts.text('endpoint');
    if (endpoint === undefined) return [];
    return [
      {
        endpoint,
        name: parts.text('name') ?? endpoint,
        address: parts.text('address'),
        state: LINK_STATES.find((known) => known === parts.text('state')) ?? 'unknown',
        since: parts.text('since'),
        latency: parts.number('latency'),
        reason: LINK_REASONS.find((known) => known === parts.text('reason')),
      },
    ];
  });
  return {
    probing: parameters.parameter?.find(({ name }) => name === 'probing')?.valueBoolean ?? false,
    links: links.sort((a, b) => LINK_STATES.indexOf(a.state) - LINK_STATES.indexOf(b.state) || a.name.localeCompare(b.name)),
  };
}
