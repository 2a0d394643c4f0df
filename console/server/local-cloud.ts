import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Connect, Plugin, ProxyOptions } from 'vite';

/** The part of `cloud.json`, which `cargo xtask up` writes, that a console needs. */
interface LocalCloud {
  readonly apiUrl: string;
  readonly cognitoEndpoint: string;
  readonly clientId: string;
  readonly clock: string;
  readonly region: string;
}

/** Where a running local cloud describes itself; `DRS_LOCAL_CLOUD` names another. */
const DESCRIPTION = resolve(import.meta.dirname, '..', '..', process.env['DRS_LOCAL_CLOUD'] ?? '.local/cloud.json');

function read(): LocalCloud {
  return JSON.parse(readFileSync(DESCRIPTION, 'utf8')) as LocalCloud;
}

/**
 * Makes `vite` and `vite preview` the console of the local cloud: `/config.json` is made from `cloud.json`, and the API and
 * the sign-in are reached through the console's own origin, as CloudFront does it in the deployment.
 */
export function localCloud(): Plugin {
  return {
    name: 'local-cloud',
    config(_, { command, isPreview }) {
      if (command === 'build' || process.env['VITEST']) {
        return {};
      }
      const cloud = read();
      const proxy = { '/v1': to(cloud.apiUrl), '/cognito': to(cloud.cognitoEndpoint, /^\/cognito/) };
      return isPreview ? { preview: { proxy } } : { server: { proxy } };
    },
    configureServer: (server) => void server.middlewares.use('/config.json', answerConfig),
    configurePreviewServer: (server) => void server.middlewares.use('/config.json', answerConfig),
  };
}

function to(address: string, without?: RegExp): ProxyOptions {
  const { origin, pathname } = new URL(address);
  const prefix = pathname.replace(/\/$/, '');
  return {
    target: origin,
    changeOrigin: true,
    rewrite: (path) => prefix + (without ? path.replace(without, '') : path),
  };
}

const answerConfig: Connect.SimpleHandleFunction = (_, response) => {
  const cloud = read();
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-store');
  response.end(
    JSON.stringify({
      apiUrl: '',
      region: cloud.region,
      clock: cloud.clock,
      signIn: { kind: 'password', endpoint: '/cognito/', clientId: cloud.clientId },
    }),
  );
};
