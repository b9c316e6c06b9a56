import { useCallback, useEffect, useRef, useState } from 'react';
import { FhirError } from '../../shared/fhir/client';
import { newCode, type CardUse } from '../requests/card';

/** A code is renewed so many seconds before it is over: whoever holds it out must not be overtaken by its end. */
const EARLY = 12_000;
/** After a failure it is tried again. */
const AGAIN = 5_000;
/** Nobody looks at a page for so long: the code goes, and comes back when it is asked for. */
const IDLE = 180_000;

export type LiveCode = {
  /** Absent while there is none that would be taken. */
  text: string | undefined;
  /** Whole seconds that it is good for. */
  left: number;
  error: unknown;
  /** There was no answer at all. */
  offline: boolean;
  /** Shown for so long that it was put away. */
  resting: boolean;
  /** Where a code was used while the page was open. */
  lastUse: CardUse | undefined;
  renew: () => void;
};

type Shown = { text: string; until: number };

/**
 * A code that renews itself before it is over, as long as the page is looked at. Counts by the time that passed here
 * since the platform said how long it lives, never by this device's clock, which may be wrong.
 */
export function useLiveCode(patient: string, on: boolean): LiveCode {
  const [shown, setShown] = useState<Shown>();
  const [now, setNow] = useState(() => performance.now());
  const [error, setError] = useState<unknown>();
  const [lastUse, setLastUse] = useState<CardUse>();
  const [resting, setResting] = useState(false);
  const next = useRef(0);
  const asking = useRef(false);
  const since = useRef({ opened: Date.now(), asked: performance.now() });

  const renew = useCallback(() => {
    setResting(false);
    setNow(performance.now());
    since.current.asked = performance.now();
    next.current = 0;
  }, []);

  useEffect(() => {
    setShown(undefined);
    setError(undefined);
    setLastUse(undefined);
    setResting(false);
    next.current = 0;
    asking.current = false;
    since.current = { opened: Date.now(), asked: performance.now() };
    if (!on) return undefined;
    let gone = false;
    const tick = () => {
      const at = performance.now();
      setNow(at);
      if (gone || asking.current || document.visibilityState === 'hidden') return;
      if (at - since.current.asked > IDLE) return setResting(true);
      if (at < next.current) return;
      asking.current = true;
      newCode(patient)
        .then(
          ({ text, life, lastUse: used }) => {
            if (gone) return;
            // The life counts from when it was asked for: what the answer took on its way is lost of it.
            setShown({ text, until: at + life });
            next.current = at + Math.max(life - EARLY, AGAIN);
            setError(undefined);
            setLastUse((before) => used ?? before);
          },
          (failed: unknown) => {
            if (gone) return;
            setError(failed);
            next.current = performance.now() + AGAIN;
            // A refusal is about the card itself: what is shown is good no more.
            if (failed instanceof FhirError && failed.status === 422) setShown(undefined);
          },
        )
        .finally(() => {
          asking.current = false;
        });
    };
    tick();
    const timer = setInterval(tick, 500);
    document.addEventListener('visibilitychange', tick);
    return () => {
      gone = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [patient, on]);

  const left = shown === undefined || resting ? 0 : Math.max(0, Math.ceil((shown.until - now) / 1000));
  return {
    text: left > 0 ? shown?.text : undefined,
    left,
    error,
    offline: error instanceof FhirError && error.status === 0,
    resting,
    lastUse,
    renew,
  };
}
