import { describe, expect, it } from 'vitest';
import { exchanged, problemAt, problemsMoved, removed } from '../src/view/field-problems.js';

const PROBLEMS = [
  { at: 'waves[0] (db).healthChecks[0] (one).document', message: 'one has no document' },
  { at: 'waves[0] (db).healthChecks[1] (two).name', message: 'two is taken' },
  { at: 'waves[1] (web).groups', message: 'no group' },
  { at: 'name', message: 'too long' },
];
const LIST = 'waves[0].healthChecks';

describe('what was refused, when a list changes', () => {
  it('goes with a step that is removed, and stays with the one behind it', () => {
    const left = problemsMoved(PROBLEMS, LIST, removed(0));
    expect(left.map(({ message }) => message)).toEqual(['two is taken', 'no group', 'too long']);
    expect(problemAt(left, `${LIST}[0].name`)).toBe('two is taken');
    expect(problemAt(left, `${LIST}[1]`)).toBeUndefined();
  });

  it('follows steps that change places', () => {
    const moved = problemsMoved(PROBLEMS, LIST, exchanged(0, 1));
    expect(problemAt(moved, `${LIST}[0]`)).toBe('two is taken');
    expect(problemAt(moved, `${LIST}[1]`)).toBe('one has no document');
  });

  it('goes with a wave, whatever the waves are called', () => {
    const left = problemsMoved(PROBLEMS, 'waves', removed(0));
    expect(problemAt(left, 'waves[0].groups')).toBe('no group');
    expect(problemAt(left, LIST)).toBeUndefined();
  });
});
