import { expect, test } from 'vitest';
import { eventsOf } from '../shared/live/events';

const stream = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });

async function all(...chunks: string[]) {
  const events: { event: string; data: string }[] = [];
  for await (const event of eventsOf(stream(...chunks))) events.push(event);
  return events;
}

test('Events are read however the line cuts them', async () => {
  expect(await all('event: ha', 'll\ndata: {"name":"', '二楼"}\n', '\n: still here\n\nevent: over\ndata: {}\n\n')).toEqual([
    { event: 'hall', data: '{"name":"二楼"}' },
    { event: 'beat', data: '' },
    { event: 'over', data: '{}' },
  ]);
});

test('Half an event says nothing', async () => {
  expect(await all('event: hall\ndata: {"na')).toEqual([]);
});
