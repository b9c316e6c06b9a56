const PATHS = {
  home: 'M4 11 12 4l8 7v9h-5v-6H9v6H4z',
  visits: 'M9 4h6v3H9zM6 5.5H5V20h14V5.5h-1M12 10v6m-3-3h6',
  messages: 'M4 5h16v11H9l-5 4z',
  mine: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 8c.6-4 4-5.500 8-5.500s7.400 1.500 8 5.500',
  eye: 'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  key: 'M8 15.500a4.500 4.500 0 1 1 4.200-6.100L21 9.500v3h-2V15h-3v-2.500h-3.800A4.500 4.500 0 0 1 8 15.500ZM7.500 11h.01',
  consent: 'M6 3h9l4 4v14H6zM14.500 3v4.500H19M9.500 14l2 2 4-4.500',
  emergency: 'M12 3 2.500 20h19zM12 9.500v5M12 17.400v.1',
  account: 'M12 3 5 6v5c0 5 3 8.500 7 10 4-1.500 7-5 7-10V6zM9 12l2.200 2.200L15.200 10',
  records: 'M4 7h12v13H4zM8 7V4h12v13h-4M7 11.500h6M7 15h6',
  card: 'M3 5h18v14H3zM7 9h3v3H7zM14 9h3m-3 3h3M7 15.500h10',
  find: 'M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM15.500 15.500 20.500 20.500M10.500 7.800v5.400M7.800 10.500h5.400',
  back: 'm14.500 5-7 7 7 7',
} as const;

/** Drawn with the pen of the words around it; says nothing to the ear, since words always stand beside it. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" width="24" height="24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round">
      <path d={PATHS[name]} />
    </svg>
  );
}
