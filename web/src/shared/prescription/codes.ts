import type { CommentCode } from './prescriptions';

/** The 28 codes of the comment on prescriptions (处方点评), in their order. */
export const COMMENT_CODES: readonly CommentCode[] = [
  '1-1', '1-2', '1-3', '1-4', '1-5', '1-6', '1-7', '1-8', '1-9', '1-10', '1-11', '1-12', '1-13', '1-14', '1-15',
  '2-1', '2-2', '2-3', '2-4', '2-5', '2-6', '2-7', '2-8', '2-9',
  '3-1', '3-2', '3-3', '3-4',
];
