import { Input } from 'antd';
import { useState, type FormEvent } from 'react';
import { cleanIdentityNumber, hasRightCheckDigit, looksLikeIdentityNumber } from '../format/identity';

/** The number of a document in hand, as it is typed. `submit` is for the form around it. */
export type WholeNumber = { typed: string; setTyped: (typed: string) => void; wrong: boolean; submit: (event: FormEvent) => void };

/** Hands a number on when it is whole and its check digit is right: with less nobody is found, and a slip would be somebody else's. */
export function useWholeNumber(onNumber: (number: string) => void): WholeNumber {
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const number = cleanIdentityNumber(typed);
    const isWhole = looksLikeIdentityNumber(number) && hasRightCheckDigit(number);
    setWrong(!isWhole);
    if (isWhole) onNumber(number);
  };
  return { typed, setTyped, wrong, submit };
}

/** Its field; what is wrong stands beside it, at `${id}-problem`. */
export function WholeNumberInput({ id, number: { typed, setTyped, wrong } }: { id: string; number: WholeNumber }) {
  return <Input id={id} value={typed} maxLength={18} onChange={(event) => setTyped(event.target.value)} aria-invalid={wrong} aria-describedby={`${id}-problem`} {...(wrong ? { status: 'error' as const } : {})} />;
}
