import { WebStorageStateStore } from 'oidc-client-ts';
import { type ReactNode, useMemo } from 'react';
import { AuthProvider, useAuth } from 'react-oidc-context';
import { FullPageMessage } from '../shell/full-page-message.js';
import { common } from '../strings/common.js';
import { nameIn } from './cognito.js';
import type { Session } from './session.js';

interface Props {
  readonly signIn: { authority: string; clientId: string; domain: string };
  readonly children: (session: Session) => ReactNode;
}

/** Cognito's own pages, authorization code with PKCE. The way back is the console's root. */
export default function OidcSignIn({ signIn, children }: Props) {
  return (
    <AuthProvider
      authority={signIn.authority}
      client_id={signIn.clientId}
      redirect_uri={`${window.location.origin}/`}
      scope="openid email profile"
      userStore={new WebStorageStateStore({ store: window.sessionStorage })}
      onSigninCallback={(user) => {
        // The page that was asked for before signing in; only ever a path of this console.
        const path = typeof user?.state === 'string' && /^\/(?!\/)/.test(user.state) ? user.state : '/';
        window.history.replaceState({}, '', path);
      }}
    >
      <SignedIn signIn={signIn}>{children}</SignedIn>
    </AuthProvider>
  );
}

function SignedIn({ signIn, children }: Props) {
  const auth = useAuth();
  const token = auth.user?.id_token;
  const session = useMemo<Session | undefined>(
    () =>
      token === undefined
        ? undefined
        : {
            name: nameIn(token),
            idToken: async () => {
              const user = auth.user?.expired === true ? await auth.signinSilent() : auth.user;
              return user?.id_token ?? token;
            },
            expired: () => void auth.removeUser(),
            signOut: () => {
              void auth.removeUser();
              // Cognito's logout is not that of OpenID Connect.
              const query = new URLSearchParams({ client_id: signIn.clientId, logout_uri: `${window.location.origin}/` });
              window.location.assign(`${signIn.domain}/logout?${query}`);
            },
          },
    [auth, token, signIn],
  );
  if (session) {
    return children(session);
  }
  if (auth.isLoading) {
    return <FullPageMessage text={common.loading} loading />;
  }
  const start = () => void auth.signinRedirect({ state: window.location.pathname + window.location.search });
  return (
    <FullPageMessage text={auth.error?.message ?? common.signIn.needed} action={{ text: common.signIn.submit, onClick: start }} />
  );
}
