import { useQueues } from '../../console/queue/useQueue';

/** How many wait in the open queues that this post sees. */
export function useWaiting(): number | undefined {
  const { data } = useQueues();
  return data?.filter(({ open }) => open).reduce((sum, { waiting }) => sum + waiting, 0);
}
