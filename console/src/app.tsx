import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, Suspense, lazy, useMemo, useState } from 'react';
import { RouterProvider } from 'react-router';
import { makeApi } from './api/client.js';
import { isPassing } from './api/problem.js';
import { passwordSession, store, storedTokens } from './auth/password-session.js';
import type { Session } from './auth/session.js';
import { SignInPage } from './auth/sign-in-page.js';
import { makeClock } from './clock.js';
import type { Config, SignIn } from './config.js';
import { makeRouter } from './routes.js';
import { useColorMode } from './shell/color-mode.js';
import { ShellContext } from './shell/context.js';
import { FullPageMessage } from './shell/full-page-message.js';
import { Notifications } from './shell/notifications.js';
import { common } from './strings/common.js';

// The local cloud needs none of it.
const OidcSignIn = lazy(() => import('./auth/oidc.js'));

export function App({ config }: { config: Config }) {
  const signIn = config.signIn;
  if (signIn.kind === 'oidc') {
    return (
      <Suspense fallback={<FullPageMessage text={common.loading} loading />}>
        <OidcSignIn signIn={signIn}>{(session) => <Console config={config} session={session} />}</OidcSignIn>
      </Suspense>
    );
  }
  return <PasswordSignIn signIn={signIn}>{(session) => <Console config={config} session={session} />}</PasswordSignIn>;
}

interface PasswordProps {
  readonly signIn: Extract<SignIn, { kind: 'password' }>;
  readonly children: (session: Session) => ReactNode;
}

function PasswordSignIn({ signIn, children }: PasswordProps) {
  useColorMode();
  const [tokens, setTokens] = useState(storedTokens);
  const session = useMemo(
    () => tokens && passwordSession(signIn, tokens, () => setTokens(undefined)),
    [signIn, tokens],
  );
  if (session) {
    return children(session);
  }
  return (
    <SignInPage
      pool={signIn}
      onSignedIn={(signedIn) => {
        store(signedIn);
        setTokens(signedIn);
      }}
    />
  );
}

/** A new cache for each person: nobody sees what another one read. */
function Console({ config, session }: { config: Config; session: Session }) {
  const clock = useMemo(() => makeClock(config.clock), [config]);
  const api = useMemo(() => makeApi(config.apiUrl, session), [config, session]);
  const queries = useMemo(() => makeQueryClient(session.name), [session.name]);
  const router = useMemo(() => makeRouter(), [session.name]);
  const shell = useMemo(() => ({ api, config, clock, session }), [api, config, clock, session]);
  return (
    <ShellContext.Provider value={shell}>
      <QueryClientProvider client={queries}>
        <Notifications>
          <RouterProvider router={router} />
        </Notifications>
      </QueryClientProvider>
    </ShellContext.Provider>
  );
}

function makeQueryClient(_person: string): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // `always`: the browser's own guess about being online would stop the asking.
      queries: {
        networkMode: 'always',
        retry: (failures, error) => failures < 2 && isPassing(error),
        retryDelay: 1000,
        staleTime: 2000,
      },
      // Never repeated by itself: a start or an approval is a person's act.
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
