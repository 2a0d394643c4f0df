#!/usr/bin/env -S npx tsx
import { App, CliCredentialsStackSynthesizer, DefaultStackSynthesizer } from 'aws-cdk-lib';
import { OrchestratorStack } from '../lib/orchestrator-stack.js';
import { readSettings } from '../lib/settings.js';

const app = new App();
const settings = readSettings(app.node);

new OrchestratorStack(app, settings.stackName, {
  settings,
  description: 'Runs recovery plans for AWS Elastic Disaster Recovery. Belongs in the Region that one recovers into.',
  env: {
    // The Region and account that the command line is logged in to.
    account: process.env['CDK_DEFAULT_ACCOUNT'],
    region: process.env['CDK_DEFAULT_REGION'],
  },
  // The local cloud checks IAM but knows no bootstrap roles that may read the asset bucket, so there the command
  // line's own credentials deploy. Production keeps the bootstrap roles.
  synthesizer: settings.local ? new CliCredentialsStackSynthesizer() : new DefaultStackSynthesizer(),
});
