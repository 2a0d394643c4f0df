import { describe, expect, test } from 'vitest';
import { ofType, synthesize, text } from './synthesize.js';

const stack = synthesize();

describe('the API', () => {
  test('asks who is calling on every method', () => {
    const methods = ofType(stack, 'AWS::ApiGateway::Method');
    expect(methods.length).toBeGreaterThan(0);
    const [[authorizerId, authorizer] = []] = ofType(stack, 'AWS::ApiGateway::Authorizer');
    expect(authorizer!.Properties['Type']).toBe('COGNITO_USER_POOLS');
    for (const [, method] of methods) {
      expect(method.Properties).toMatchObject({
        AuthorizationType: 'COGNITO_USER_POOLS',
        AuthorizerId: { Ref: authorizerId },
      });
    }
  });

  test('hands every path and method to one function', () => {
    const methods = ofType(stack, 'AWS::ApiGateway::Method');
    // The root and everything below it.
    expect(methods.map(([, method]) => method.Properties['HttpMethod'])).toEqual(['ANY', 'ANY']);
    for (const [, method] of methods) {
      expect(method.Properties['Integration'].Type).toBe('AWS_PROXY');
      expect(text(method.Properties['Integration'].Uri)).toContain('{FunctionsApi}');
    }
    expect(ofType(stack, 'AWS::ApiGateway::Resource').map(([, resource]) => resource.Properties['PathPart'])).toEqual(['{proxy+}']);
  });

  test('passes bodies and headers as they are', () => {
    const [[, api] = []] = ofType(stack, 'AWS::ApiGateway::RestApi');
    expect(api!.Properties['BinaryMediaTypes']).toBeUndefined();
    for (const [, method] of ofType(stack, 'AWS::ApiGateway::Method')) {
      expect(method.Properties['RequestParameters'] ?? method.Properties['Integration'].RequestTemplates).toBeUndefined();
    }
  });

  test('is throttled, traced and leaves access logs', () => {
    const [[, stage] = []] = ofType(stack, 'AWS::ApiGateway::Stage');
    expect(stage!.Properties).toMatchObject({
      StageName: 'prod',
      TracingEnabled: true,
      MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200, DataTraceEnabled: false }],
    });
    expect(text(stage!.Properties['AccessLogSetting'].DestinationArn)).toContain('RestApiAccessLogs');
    expect(JSON.parse(stage!.Properties['AccessLogSetting'].Format)).toMatchObject({ subject: '$context.authorizer.claims.sub', path: '$context.path' });
  });

  test('has an address that a client on the local cloud can use', () => {
    const outputs = synthesize({ local: true, localEndpoint: 'http://127.0.0.1:4599' }).template.toJSON()['Outputs'];
    expect(text(outputs.ApiUrl.Value)).toMatch(/^http:\/\/127\.0\.0\.1:4599\/restapis\/\{RestApi\}\/\{RestApiDeploymentStageprod\}\/_user_request_\/$/);
  });
});

describe('identity', () => {
  test('knows the groups that the role table knows', () => {
    const groups = ofType(stack, 'AWS::Cognito::UserPoolGroup').map(([, group]) => group.Properties['GroupName']);
    expect(groups.sort()).toEqual(['dr-admin', 'dr-approver', 'dr-auditor', 'dr-operator', 'dr-planner', 'dr-recoverer']);
  });

  test('lets nobody add himself and keeps its users', () => {
    const [[, pool] = []] = ofType(stack, 'AWS::Cognito::UserPool');
    expect(pool!.Properties).toMatchObject({ AdminCreateUserConfig: { AllowAdminCreateUserOnly: true }, DeletionProtection: 'ACTIVE' });
    expect(pool!.DeletionPolicy).toBe('Retain');
  });

  test('gives tokens for a password and for SRP, without a secret', () => {
    const [[, client] = []] = ofType(stack, 'AWS::Cognito::UserPoolClient');
    expect(client!.Properties).toMatchObject({
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      GenerateSecret: false,
      PreventUserExistenceErrors: 'ENABLED',
    });
  });
});
