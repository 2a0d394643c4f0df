import { nameIn, renew, type Tokens, type UserPool } from './cognito.js';
import type { Session } from './session.js';

/** In the tab only, and gone with it, as what oidc-client-ts keeps. */
const KEY = 'drs-console-tokens';
/** Renewed this long before its end, so that no request carries one that ends under way. */
const MARGIN_MS = 60_000;

export function storedTokens(): Tokens | undefined {
  try {
    const stored = sessionStorage.getItem(KEY);
    return stored ? (JSON.parse(stored) as Tokens) : undefined;
  } catch {
    return undefined;
  }
}

export function store(tokens: Tokens): void {
  sessionStorage.setItem(KEY, JSON.stringify(tokens));
}

/** `ended` is called when nobody is signed in any more. */
export function passwordSession(pool: UserPool, tokens: Tokens, ended: () => void): Session {
  let current = Promise.resolve(tokens);
  const signOut = () => {
    sessionStorage.removeItem(KEY);
    ended();
  };
  const fresh = async (): Promise<Tokens> => {
    const known = await current;
    if (known.expiresAt - MARGIN_MS > Date.now() || known.refreshToken === undefined) {
      return known;
    }
    const renewed = await renew(pool, known.refreshToken);
    store(renewed);
    return renewed;
  };
  return {
    name: nameIn(tokens.idToken),
    // One after another: ten requests at once renew once.
    idToken: () => {
      const before = current;
      current = fresh().catch(() => before);
      return current.then(({ idToken }) => idToken);
    },
    signOut,
    expired: signOut,
  };
}
