import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { localCloud } from './server/local-cloud.js';
import { systemFonts } from './server/system-fonts.js';
import { SECURITY_HEADERS } from './server/security-headers.js';

// The security headers are those of the deployment, so that what they forbid is seen on a developer's machine first.
// `vite dev` goes without them: hot reloading needs inline scripts.
export default defineConfig({
  plugins: [react(), systemFonts(), localCloud()],
  preview: { host: '127.0.0.1', strictPort: true, headers: SECURITY_HEADERS },
  server: { host: '127.0.0.1' },
  build: {
    target: 'es2022',
    // Data URIs would need an exception in the content security policy.
    assetsInlineLimit: 0,
    manifest: true,
    chunkSizeWarningLimit: 1000,
  },
});
