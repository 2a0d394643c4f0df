import { replaceEqualDeep } from '@tanstack/react-query';
import { useState } from 'react';

/** What is as before stays the same object: of a hundred waves only those that changed are drawn again. */
export function useSame<T>(next: T): T {
  const [before, setBefore] = useState(next);
  const same = replaceEqualDeep(before, next);
  if (same !== before) {
    setBefore(() => same);
  }
  return same;
}
