import { useMemo } from 'react';
import { encode } from 'uqr';

/** A QR code as one path: error correction M, and the quiet zone of four dots that scanners ask for. */
export function Qr({ text, label, className }: { text: string; label: string; className?: string | undefined }) {
  const { size, path } = useMemo(() => {
    const code = encode(text, { ecc: 'M', boostEcc: false, border: 4 });
    return { size: code.size, path: code.data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : []))).join('') };
  }, [text]);
  return (
    <svg className={className} role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges">
      <path fill="#fff" d={`M0 0h${size}v${size}h-${size}z`} />
      <path d={path} />
    </svg>
  );
}
