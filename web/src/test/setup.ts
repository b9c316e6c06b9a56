import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';
import { endSession } from '../shared/session/session';

configure({ asyncUtilTimeout: 10_000 });

// happy-dom has no layout; nothing here matches, so pages render as with a mouse and full motion.
globalThis.matchMedia ??= ((query: string) => ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} })) as unknown as typeof matchMedia;

// A saved file leads nowhere: one window serves all tests, and happy-dom would go to the file's address and stay there.
const click = HTMLAnchorElement.prototype.click;
HTMLAnchorElement.prototype.click = function () {
  if (!this.hasAttribute('download')) click.call(this);
};

afterEach(() => {
  cleanup();
  endSession('signed-out');
  localStorage.clear();
  sessionStorage.clear();
});
