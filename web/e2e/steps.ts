import { afterEach, beforeEach } from 'vitest';

/** The steps of a journey build on one another: after a failed one the rest of the file says nothing, and the other journeys go on. */
let hasFailed = false;

beforeEach(({ skip }) => skip(hasFailed, 'an earlier step of this journey failed'));

afterEach(({ task }) => {
  hasFailed ||= task.result?.state === 'fail';
});
