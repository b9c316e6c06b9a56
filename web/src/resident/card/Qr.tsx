import { useMemo } from 'react';
import { encode } from 'uqr';
import styles from './Card.module.css';

/** A QR code as one path: error correction M, and the quiet zone of four dots that scanners ask for. */
export function Qr({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const code = encode(text, { ecc: 'M', boostEcc: false, border: 4 });
    return { size: code.size, path: code.data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : []))).join('') };
  }, [text]);
  return (
    <svg className={styles.qr} role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges">
      <path d={path} />
    </svg>
  );
}
