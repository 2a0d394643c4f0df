import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi as ApiGatewayRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Firewall } from './firewall.js';

/** One line for a request: who, what, and how it went. The path has the ids that the standard fields leave out. */
const ACCESS_LOG = {
  requestId: AccessLogField.contextRequestId(),
  time: AccessLogField.contextRequestTime(),
  ip: AccessLogField.contextIdentitySourceIp(),
  // From the token, as everything else that is recorded about people.
  subject: AccessLogField.contextAuthorizerClaims('sub'),
  method: AccessLogField.contextHttpMethod(),
  path: AccessLogField.contextPath(),
  status: AccessLogField.contextStatus(),
  error: AccessLogField.contextErrorMessage(),
  responseBytes: AccessLogField.contextResponseLength(),
  latencyMilliseconds: AccessLogField.contextResponseLatency(),
};

export interface RestApiProps {
  readonly handler: IFunction;
  readonly userPool: IUserPool;
  readonly local: boolean;
  /** Where the local cloud answers; it has no host names for its APIs. */
  readonly localEndpoint: string;
  /** Whether AWS WAF stands before it. */
  readonly waf: boolean;
}

/**
 * The door: it checks who is calling and hands everything to one function, which knows the routes and the roles. Bodies
 * (JSON, YAML, CSV: all of them text) and headers (If-Match, ETag) pass as they are, in both directions: a proxy
 * integration maps nothing, and no media type is declared binary, which would hand them over in Base64.
 */
export class RestApi extends Construct {
  readonly api: ApiGatewayRestApi;
  /** Ends with a slash. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: RestApiProps) {
    super(scope, id);
    const restApiName = Stack.of(this).stackName;
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      logGroupName: `/aws/vendedlogs/apigateway/${restApiName}`,
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: props.local ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const authorizer = new CognitoUserPoolsAuthorizer(this, 'Authorizer', { cognitoUserPools: [props.userPool] });

    const api = new ApiGatewayRestApi(this, 'Api', {
      restApiName,
      endpointTypes: [EndpointType.REGIONAL],
      defaultMethodOptions: { authorizer, authorizationType: AuthorizationType.COGNITO },
      defaultIntegration: new LambdaIntegration(props.handler, { allowTestInvoke: false }),
      // API Gateway writes logs with a role that belongs to the whole account and Region: others may rely on it, so
      // it stays when the stack goes.
      cloudWatchRole: !props.local,
      ...(!props.local && { cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN }),
      deployOptions: {
        stageName: 'prod',
        tracingEnabled: true,
        metricsEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        // A handful of consoles polling, with room; a runaway client is stopped before it eats the function's share.
        throttlingRateLimit: 100,
        throttlingBurstLimit: 200,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    this.api = api;
    if (props.waf) {
      new Firewall(this, 'Firewall', api.deploymentStage);
    }
    api.root.addProxy({ anyMethod: true });
    // The stack has an output of its own for this.
    api.node.tryRemoveChild('Endpoint');
    this.url = props.local
      ? `${props.localEndpoint}/restapis/${api.restApiId}/${api.deploymentStage.stageName}/_user_request_/`
      : api.url;
  }
}
