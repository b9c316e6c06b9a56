import { useQuery } from '@tanstack/react-query';
import type { Parameters } from 'fhir/r4';
import { repetitionsOf } from '../../shared/fhir/bundles';
import { get } from '../../shared/fhir/client';

/** Worst first, which is the order of the list. */
export const NODE_STATES = ['silent', 'troubled', 'lagging', 'new', 'ok', 'off'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** A feed at a node. `oldest`: since when the message has waited that came first. `toSee`: messages that wait for a person. */
export type EdgeFeed = { name: string; port: number; waiting: number | undefined; oldest: string | undefined; delivered: number | undefined; error: string | undefined; toSee: number };

/** `trip` and `skew` in milliseconds, `free` in megabytes. */
export type EdgeNode = {
  name: string;
  institution: string | undefined;
  state: NodeState;
  key: string;
  seen: string | undefined;
  remote: string | undefined;
  version: string | undefined;
  trip: number | undefined;
  skew: number;
  free: number | undefined;
  full: boolean;
  trouble: string | undefined;
  feeds: EdgeFeed[];
};

export function nodesIn(parameters: Parameters): EdgeNode[] {
  const repetitions = (parameters.parameter ?? []).filter(({ name }) => name === 'node');
  return repetitionsOf(parameters, 'node').map((part, index) => ({
    name: part.text('name') ?? '',
    institution: part.reference('institution')?.reference,
    state: NODE_STATES.find((known) => known === part.text('state')) ?? 'troubled',
    key: part.text('key') ?? '',
    seen: part.text('seen'),
    remote: part.text('remote'),
    version: part.text('version'),
    trip: part.number('trip'),
    skew: part.number('skew') ?? 0,
    free: part.number('free'),
    full: part.flag('full') ?? false,
    trouble: part.text('trouble'),
    feeds: repetitionsOf({ resourceType: 'Parameters', parameter: repetitions[index]?.part ?? [] }, 'feed').map((feed) => ({
      name: feed.text('name') ?? '',
      port: feed.number('port') ?? 0,
      waiting: feed.number('waiting'),
      oldest: feed.text('oldest'),
      delivered: feed.number('delivered'),
      error: feed.text('error'),
      toSee: (feed.number('dead') ?? 0) + (feed.number('parked') ?? 0) + (feed.number('refused') ?? 0),
    })),
  }));
}

/** Nodes speak up every ten seconds. */
export const useEdgeNodes = () => useQuery({ queryKey: ['edge-nodes'], queryFn: async ({ signal }) => nodesIn(await get<Parameters>('$edge-nodes', signal)), refetchInterval: 10_000 });
