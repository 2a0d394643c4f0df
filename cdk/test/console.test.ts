import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { readSettings } from '../lib/settings.js';
import { ofType, plainId, synthesize } from './synthesize.js';

const dist = mkdtempSync(join(tmpdir(), 'console-'));
mkdirSync(join(dist, 'assets'));
writeFileSync(join(dist, 'index.html'), '<!doctype html>');
writeFileSync(join(dist, 'assets', 'index.js'), '');

const stack = synthesize({ console: dist });
const properties = (type: string) => ofType(stack, type).map(([, resource]) => resource.Properties);
const [distribution] = properties('AWS::CloudFront::Distribution').map(({ DistributionConfig }) => DistributionConfig);

describe('the web console', () => {
  test('lies in a bucket that only its own distribution may read', () => {
    const [bucket] = properties('AWS::S3::Bucket');
    expect(bucket!['PublicAccessBlockConfiguration']).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(properties('AWS::CloudFront::OriginAccessControl')).toHaveLength(1);
    const statements = properties('AWS::S3::BucketPolicy').flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const reading = statements.filter(({ Effect, Principal }) => Effect === 'Allow' && Principal.Service === 'cloudfront.amazonaws.com');
    expect(reading.map(({ Action }) => Action)).toEqual(['s3:GetObject']);
    expect(JSON.stringify(reading[0].Condition)).toContain(':distribution/');
  });

  test('allows the browser no inline script and no inline style, and only Cognito beside itself', () => {
    const [policy] = properties('AWS::CloudFront::ResponseHeadersPolicy');
    const { ContentSecurityPolicy, StrictTransportSecurity } = policy!['ResponseHeadersPolicyConfig'].SecurityHeadersConfig;
    const text = JSON.stringify(ContentSecurityPolicy.ContentSecurityPolicy);
    expect(text).toContain("default-src 'none'");
    expect(text).not.toMatch(/unsafe-|\*|http:/);
    expect(text).toContain('https://cognito-idp.eu-west-1.amazonaws.com');
    expect(StrictTransportSecurity.AccessControlMaxAgeSec).toBe(31_536_000);
  });

  test('passes requests to the REST API with the token, and keeps no answer', () => {
    const [behaviour] = distribution.CacheBehaviors;
    expect(behaviour).toMatchObject({
      PathPattern: '/v1/*',
      // CachingDisabled and AllViewerExceptHostHeader, which AWS keeps under these ids.
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      ViewerProtocolPolicy: 'https-only',
    });
    expect(behaviour.AllowedMethods).toEqual(expect.arrayContaining(['PUT', 'POST', 'DELETE']));
    // A page for an error of the API would hide what it says.
    expect(distribution.CustomErrorResponses).toBeUndefined();
  });

  test('signs people in with a code and without a secret, and nowhere else', () => {
    const clients = ofType(stack, 'AWS::Cognito::UserPoolClient').filter(([id]) => plainId(id).includes('Console'));
    expect(clients).toHaveLength(1);
    const client = clients[0]![1].Properties;
    expect(client['AllowedOAuthFlows']).toEqual(['code']);
    expect(client['GenerateSecret']).toBe(false);
    expect(client['CallbackURLs']).toHaveLength(1);
    expect(JSON.stringify(client['CallbackURLs'])).toContain('DomainName');
  });

  test('is left out on the local cloud, and where it was not built', () => {
    const context = (values: Record<string, string>) => readSettings(new App({ context: values, analyticsReporting: false }).node).console;
    expect(context({ target: 'local', console: dist })).toBeUndefined();
    expect(context({ console: 'none' })).toBeUndefined();
    expect(context({ console: dist })).toBe(dist);
    expect(() => context({ console: '/nowhere' })).toThrow('no web console');
    expect(ofType(synthesize(), 'AWS::CloudFront::Distribution')).toEqual([]);
  });
});
