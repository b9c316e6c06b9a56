import { expect, test } from 'vitest';
import { base64 } from './pictures';

test.each(['image/png', 'video/webm;codecs=vp8,opus'])('Of a %s come its bytes alone', async (type) => {
  expect(atob(await base64(new Blob(['\u0001abc'], { type })))).toBe('\u0001abc');
});
