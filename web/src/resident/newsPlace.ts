import { createContext } from 'react';

/** Told by the page that is open where news is to be said: at its foot, above what is pressed there. */
export const NewsPlace = createContext<(place: HTMLElement | null) => void>(() => {});
