import { useState } from 'react';

/** Keys of the items of a list that is edited. Their names change while they are typed, and their places when one goes. */
export interface ListKeys {
  readonly keys: readonly number[];
  readonly add: () => number;
  readonly remove: (index: number) => void;
  readonly swap: (left: number, right: number) => void;
}

let last = 0;
const fresh = () => ++last;

export function useKeys(length: number): ListKeys {
  const [keys, setKeys] = useState<readonly number[]>(() => Array.from({ length }, fresh));
  return {
    keys,
    add: () => {
      const key = fresh();
      setKeys((now) => [...now, key]);
      return key;
    },
    remove: (index) => setKeys((now) => now.filter((_, at) => at !== index)),
    swap: (left, right) => setKeys((now) => swapped(now, left, right)),
  };
}

/** The list with two of its items exchanged; as it is, where there is no such item. */
export function swapped<T>(items: readonly T[], left: number, right: number): T[] {
  const result = [...items];
  const [one, other] = [items[left], items[right]];
  if (one !== undefined && other !== undefined) {
    result[left] = other;
    result[right] = one;
  }
  return result;
}
