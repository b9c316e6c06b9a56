/** What is closed to a caller is answered as if it were not there. */
export const isHidden = (error: unknown): boolean => error instanceof Error && 'status' in error && (error.status === 404 || error.status === 403);
