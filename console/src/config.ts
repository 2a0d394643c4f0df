/** How people sign in. */
export type SignIn =
  /** Cognito's own pages: authorization code with PKCE. */
  | { readonly kind: 'oidc'; readonly authority: string; readonly clientId: string; readonly domain: string }
  /** User name and password, for the local cloud, which has no such pages. */
  | { readonly kind: 'password'; readonly endpoint: string; readonly clientId: string };

/** Read from `/config.json` at run time: one build serves every deployment. */
export interface Config {
  /** What comes before `/v1`; empty for the console's own origin. */
  readonly apiUrl: string;
  /** Where the stack is; recovery instances without a Region of their own are there. */
  readonly region: string;
  readonly signIn: SignIn;
  /** `<unix epoch>,<scale>` on a local cloud, whose time runs faster. */
  readonly clock?: string;
}

export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json', { cache: 'no-store' });
  if (!response.ok) {
    throw new Error(`/config.json: HTTP ${response.status}`);
  }
  return readConfig(await response.json());
}

/** Says which field is wrong: a console with half a configuration fails later and less clearly. */
export function readConfig(value: unknown): Config {
  const top = record(value, '');
  const signIn = record(top['signIn'], 'signIn');
  const clientId = text(signIn, 'clientId', 'signIn.');
  return {
    apiUrl: text(top, 'apiUrl').replace(/\/$/, ''),
    region: text(top, 'region'),
    signIn:
      signIn['kind'] === 'oidc'
        ? { kind: 'oidc', clientId, authority: text(signIn, 'authority', 'signIn.'), domain: text(signIn, 'domain', 'signIn.') }
        : { kind: 'password', clientId, endpoint: text(signIn, 'endpoint', 'signIn.') },
    ...(top['clock'] !== undefined && { clock: text(top, 'clock') }),
  };
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) {
    throw new Error(`/config.json: ${name || 'the document'} is not an object`);
  }
  return value as Record<string, unknown>;
}

function text(fields: Record<string, unknown>, name: string, prefix = ''): string {
  const value = fields[name];
  if (typeof value !== 'string') {
    throw new Error(`/config.json: ${prefix}${name} is missing`);
  }
  return value;
}
