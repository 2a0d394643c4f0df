import { CfnOutput, Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { OAuthScope, type UserPool } from 'aws-cdk-lib/aws-cognito';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { contentSecurityPolicy } from '../../console/server/security-headers.js';

export interface ConsoleProps {
  /** What `npm run build` made. */
  readonly dist: string;
  readonly userPool: UserPool;
  /** The REST API's URL, ending with its stage and a slash. */
  readonly apiUrl: string;
  /** Where requests of browsers are written down. */
  readonly accessLogs: IBucket;
}

/** Every page is the same document: the console finds out from the address which one is meant. Files have a dot in their names. */
const ONE_DOCUMENT = `function handler(event) {
  var request = event.request;
  if (request.uri.split('/').pop().indexOf('.') === -1) {
    request.uri = '/index.html';
  }
  return request;
}`;

/**
 * The web console: files in a private bucket behind CloudFront, which passes `/v1` to the REST API. One origin for both, so
 * the browser needs no permission to cross and the content security policy names nobody else but Cognito.
 */
export class Console extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: ConsoleProps) {
    super(scope, id);
    const { region, account, stackName } = Stack.of(this);
    const bucket = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: 'console/',
      // Nothing is in it that a deployment does not put there again.
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    });
    // Names of sign-in domains are shared by everybody in a Region.
    const domain = props.userPool.addDomain('SignIn', { cognitoDomain: { domainPrefix: `${stackName}-${account}` } });
    const authority = `https://cognito-idp.${region}.amazonaws.com`;
    const distribution = this.distribution(bucket, props, [authority, domain.baseUrl()]);
    this.url = `https://${distribution.distributionDomainName}`;

    const client = props.userPool.addClient('Console', {
      // Cognito's own pages only: the console sees no password.
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [`${this.url}/`],
        logoutUrls: [`${this.url}/`],
      },
      generateSecret: false,
      preventUserExistenceErrors: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.hours(12),
    });
    this.deploy(bucket, distribution, props.dist, {
      apiUrl: '',
      region,
      signIn: {
        kind: 'oidc',
        authority: `${authority}/${props.userPool.userPoolId}`,
        clientId: client.userPoolClientId,
        domain: domain.baseUrl(),
      },
    });
    const output = new CfnOutput(this, 'ConsoleUrl', { value: this.url });
    output.overrideLogicalId('ConsoleUrl');
  }

  private distribution(bucket: Bucket, { apiUrl, accessLogs }: ConsoleProps, connect: readonly string[]): Distribution {
    const headers = new ResponseHeadersPolicy(this, 'Headers', {
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicy(connect), override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true },
      },
    });
    // https: / / <host> / <stage> /
    const api = Fn.split('/', apiUrl);
    return new Distribution(this, 'Distribution', {
      comment: 'The web console of the DRS orchestrator',
      defaultRootObject: 'index.html',
      priceClass: PriceClass.PRICE_CLASS_100,
      // Without cookies. Tokens are in a header, which is not logged either.
      enableLogging: true,
      logBucket: accessLogs,
      logFilePrefix: 'distribution/',
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: headers,
        compress: true,
        functionAssociations: [
          {
            eventType: FunctionEventType.VIEWER_REQUEST,
            function: new EdgeFunction(this, 'OneDocument', { code: FunctionCode.fromInline(ONE_DOCUMENT), runtime: FunctionRuntime.JS_2_0 }),
          },
        ],
      },
      additionalBehaviors: {
        '/v1/*': {
          origin: new HttpOrigin(Fn.select(2, api), { originPath: Fn.join('', ['/', Fn.select(3, api)]) }),
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: AllowedMethods.ALLOW_ALL,
          // Answers differ from person to person.
          cachePolicy: CachePolicy.CACHING_DISABLED,
          // The token and the conditions, but not the host: API Gateway knows only its own.
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        },
      },
    });
  }

  /** Names of built files change with their contents, so a browser may keep them; the two that do not are asked for again. */
  private deploy(bucket: Bucket, distribution: Distribution, dist: string, config: object): void {
    const fixed = ['index.html', 'config.json', 'favicon.svg'];
    const files = new BucketDeployment(this, 'DeployFiles', {
      destinationBucket: bucket,
      sources: [Source.asset(dist)],
      exclude: [...fixed, '.vite/*'],
      // A console that is open goes on loading pages of the version that it is.
      prune: false,
      cacheControl: [CacheControl.immutable(), CacheControl.maxAge(Duration.days(365))],
    });
    const entry = new BucketDeployment(this, 'DeployEntry', {
      destinationBucket: bucket,
      sources: [Source.asset(dist, { exclude: ['assets', '.vite'] }), Source.jsonData('config.json', config)],
      prune: false,
      cacheControl: [CacheControl.noCache()],
      distribution,
      distributionPaths: fixed.map((file) => `/${file}`),
    });
    // The entry names files of its version: they come first.
    entry.node.addDependency(files);
  }
}
