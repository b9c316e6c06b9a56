import type { ReactNode } from 'react';
import styles from './StatusTag.module.css';

export type Tone = 'plain' | 'running' | 'good' | 'warning' | 'bad' | 'alert';

const SHAPES: Record<Tone, string> = { plain: '', running: '▶', good: '✓', warning: '‖', bad: '✕', alert: '!' };

/** A status as word, shape and colour, so that it is never told by colour alone. */
export function StatusTag({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={styles.tag} data-tone={tone}>
      {SHAPES[tone] ? (
        <span aria-hidden="true" className={styles.shape}>
          {SHAPES[tone]}
        </span>
      ) : null}
      {children}
    </span>
  );
}
