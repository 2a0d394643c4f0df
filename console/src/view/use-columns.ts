import { useState } from 'react';

/** Which columns of a table are shown, remembered in this browser. Storage that is forbidden or odd is as none. */
export function useColumns(table: string, first: readonly string[], known: readonly string[]): [readonly string[], (columns: readonly string[]) => void] {
  const key = `columns.${table}`;
  const [columns, setColumns] = useState<readonly string[]>(() => {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
      const valid = Array.isArray(stored) ? stored.filter((id): id is string => typeof id === 'string' && known.includes(id)) : [];
      return valid.length > 0 ? valid : first;
    } catch {
      return first;
    }
  });
  return [
    columns,
    (next) => {
      setColumns(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // Only not remembered.
      }
    },
  ];
}
