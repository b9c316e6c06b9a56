/** 贺兰: two ridges of the Helan mountains and a goji berry for a sun. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--primary)" />
      <path d="M4 24 11.5 11l4.2 6.4L20 9l8 15z" fill="#fff" />
      <path d="m20 9 2.6 4.9-1.9 1.5-1.5-1.3-1.7.4z" fill="var(--primary)" opacity=".28" />
      <circle cx="9" cy="8" r="2.6" fill="#F2B8A8" />
    </svg>
  );
}
