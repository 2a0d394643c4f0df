import '@cloudscape-design/global-styles/index.css';
import './console.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { loadConfig } from './config.js';
import { FullPageMessage } from './shell/full-page-message.js';
import { common } from './strings/common.js';

const root = createRoot(document.getElementById('root') ?? document.body);
root.render(<FullPageMessage text={common.loading} loading />);
loadConfig().then(
  (config) => root.render(<StrictMode><App config={config} /></StrictMode>),
  (error: unknown) =>
    root.render(
      <FullPageMessage
        text={`${common.errors.config}. ${error instanceof Error ? error.message : String(error)}`}
        action={{ text: common.retry, onClick: () => window.location.reload() }}
      />,
    ),
);
