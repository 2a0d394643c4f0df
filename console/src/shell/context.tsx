import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { type Api, body } from '../api/client.js';
import type { Session } from '../auth/session.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';

/** What every page may use. */
export interface Shell {
  readonly api: Api;
  readonly config: Config;
  readonly clock: Clock;
  readonly session: Session;
}

export const ShellContext = createContext<Shell | undefined>(undefined);

export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (!shell) {
    throw new Error('outside of the shell');
  }
  return shell;
}

export const useApi = (): Api => useShell().api;
export const useClock = (): Clock => useShell().clock;

/** Who the caller is, as the API sees it. */
export function useMe() {
  const api = useApi();
  return useQuery({ queryKey: ['me'], queryFn: () => body(api.GET('/v1/me')), staleTime: 60_000 });
}

/** Whether the caller's roles allow an action of the API's role table. */
export function useMay(action: string): boolean {
  return useMe().data?.actions.includes(action) ?? false;
}
