/** Signing in with user name and password (`InitiateAuth`), as drsctl does: for the local cloud. */

export interface Tokens {
  readonly idToken: string;
  readonly refreshToken?: string;
  /** Wall clock, milliseconds. */
  readonly expiresAt: number;
}

/** Cognito said no, in its words. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
}

export interface UserPool {
  readonly endpoint: string;
  readonly clientId: string;
}

export function signIn(pool: UserPool, username: string, password: string): Promise<Tokens> {
  return initiate(pool, 'USER_PASSWORD_AUTH', { USERNAME: username, PASSWORD: password });
}

/** A renewal gives no new refresh token: the old one stays. */
export async function renew(pool: UserPool, refreshToken: string): Promise<Tokens> {
  return { refreshToken, ...(await initiate(pool, 'REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: refreshToken })) };
}

interface Answer {
  readonly AuthenticationResult?: { IdToken: string; RefreshToken?: string; ExpiresIn: number };
  readonly ChallengeName?: string;
  readonly message?: string;
  readonly Message?: string;
}

async function initiate(pool: UserPool, flow: string, parameters: Record<string, string>): Promise<Tokens> {
  const response = await fetch(pool.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body: JSON.stringify({ AuthFlow: flow, ClientId: pool.clientId, AuthParameters: parameters }),
  });
  const answer = (await response.json().catch(() => ({}))) as Answer;
  const result = answer.AuthenticationResult;
  if (!response.ok || !result) {
    throw new SignInRefused(answer.message ?? answer.Message ?? answer.ChallengeName ?? `HTTP ${response.status}`);
  }
  return {
    idToken: result.IdToken,
    ...(result.RefreshToken !== undefined && { refreshToken: result.RefreshToken }),
    expiresAt: Date.now() + result.ExpiresIn * 1000,
  };
}

/** The name in a token, to be shown; the API checks the token itself. */
export function nameIn(idToken: string): string {
  const payload = idToken.split('.')[1] ?? '';
  try {
    const json = new TextDecoder().decode(
      Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0)),
    );
    const claims = JSON.parse(json) as Record<string, unknown>;
    return String(claims['cognito:username'] ?? claims['email'] ?? claims['sub'] ?? '');
  } catch {
    return '';
  }
}
