import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

export interface TablesProps {
  /** The local cloud's tables go with the stack. Everywhere else they outlive it. */
  readonly disposable: boolean;
}

/** The tables of record: what is protected, what is planned, what ran, and who did what. And one cache. */
export class Tables extends Construct {
  /** Groups, and one item per source server that says which group it is in. */
  readonly protectionGroups: Table;
  readonly recoveryPlans: Table;
  /** Executions, their waves, servers and launch batches, and the claims on servers. */
  readonly executionHistory: Table;
  /** Who did what through the API. A table of its own, so that a function can be allowed to add to it and no more. */
  readonly auditLog: Table;
  /** What DRS said about every source server when it was last read. Can be thrown away: the next refresh fills it. */
  readonly inventory: Table;
  /** Each table and its indexes, by the name that `permissions.yaml` uses. */
  readonly arns: Readonly<Record<string, readonly string[]>>;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    const common = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: !props.disposable,
      removalPolicy: props.disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    } satisfies Partial<TableProps>;
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    const number = (name: string) => ({ name, type: AttributeType.NUMBER });

    this.protectionGroups = new Table(this, 'ProtectionGroups', { ...common, partitionKey: text('kind'), sortKey: text('id') });
    this.recoveryPlans = new Table(this, 'RecoveryPlans', {
      ...common,
      partitionKey: text('kind'),
      sortKey: text('id'),
      // Only the results of readiness runs carry it: plans never expire.
      timeToLiveAttribute: 'expiresAt',
    });
    this.executionHistory = new Table(this, 'ExecutionHistory', {
      ...common,
      partitionKey: text('executionId'),
      sortKey: text('planId'),
      // Every write, as it was before and after: what executions and waves have become is told from it.
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
    });

    // Only header items carry these attributes, so every index holds one small item per execution.
    const indexes = [
      { indexName: 'byPlan', partitionKey: text('plan') },
      { indexName: 'byStart', partitionKey: text('kind') },
      // The attribute is removed when the execution ends: the index is the list of what runs now.
      { indexName: 'active', partitionKey: text('active') },
    ];
    for (const index of indexes) {
      this.executionHistory.addGlobalSecondaryIndex({ ...index, sortKey: number('startedAt'), projectionType: ProjectionType.ALL });
    }

    this.auditLog = new Table(this, 'AuditLog', { ...common, partitionKey: text('kind'), sortKey: text('id') });
    this.inventory = new Table(this, 'Inventory', {
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
      partitionKey: text('kind'),
      sortKey: text('id'),
    });

    this.arns = {
      ProtectionGroups: [this.protectionGroups.tableArn],
      RecoveryPlans: [this.recoveryPlans.tableArn],
      AuditLog: [this.auditLog.tableArn],
      Inventory: [this.inventory.tableArn],
      ExecutionHistory: [this.executionHistory.tableArn, `${this.executionHistory.tableArn}/index/*`],
    };
  }
}
