import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';
import { endSession } from '../shared/session/session';

configure({ asyncUtilTimeout: 10_000 });

// happy-dom has no layout; nothing here matches, so pages render as with a mouse and full motion.
globalThis.matchMedia ??= ((query: string) => ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} })) as unknown as typeof matchMedia;

afterEach(() => {
  cleanup();
  endSession('signed-out');
  localStorage.clear();
  sessionStorage.clear();
});
