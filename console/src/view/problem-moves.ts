import { createContext, useContext } from 'react';
import type { Moved } from './field-problems.js';

/** Told that the items of the list at a field changed their places, so that what was refused stays with what it is about. */
export type OnMoved = (list: string, moved: Moved) => void;

export const ProblemMoves = createContext<OnMoved>(() => undefined);

export const useProblemMoves = (): OnMoved => useContext(ProblemMoves);
