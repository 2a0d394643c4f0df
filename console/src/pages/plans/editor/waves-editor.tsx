import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { Suspense, lazy, useState } from 'react';
import { itemsOf, useEveryPage, useGroups } from '../../../api/queries.js';
import type { PlanDocument, Wave } from '../../../api/types.js';
import { planEditor as text } from '../../../strings/editors.js';
import { counted } from '../../../view/format.js';
import { type FieldProblem, problemAt } from '../../../view/field-problems.js';
import { useKeys } from '../../../view/use-keys.js';
import { withNewWave, withWave, withoutWave } from './draft.js';
import { WaveForm } from './wave-form.js';

const WaveGraph = lazy(() => import('../../../view/wave-graph.js'));

/** Roles that can decide about a wave: the groups of the user pool. */
const ROLES = ['dr-approver', 'dr-admin', 'dr-recoverer', 'dr-operator', 'dr-planner', 'dr-auditor'];

interface Props {
  readonly plan: PlanDocument;
  readonly problems: readonly FieldProblem[];
  readonly onPlan: (plan: PlanDocument) => void;
}

/** The graph as it is while it is edited, and a form for each wave. */
export function WavesEditor({ plan, problems, onPlan }: Props) {
  const [open, setOpen] = useState(0);
  const { keys, add: addKey, remove: removeKey } = useKeys(plan.waves.length);
  const groups = itemsOf(useEveryPage(useGroups()).data).map(({ name }) => name);
  const add = () => {
    const added = withNewWave(plan);
    addKey();
    onPlan(added.plan);
    setOpen(added.index);
  };
  const without = (index: number) => {
    removeKey(index);
    onPlan(withoutWave(plan, index));
    setOpen(index < open ? open - 1 : open);
  };
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2" description={text.wavesHint} actions={<Button iconName="add-plus" onClick={add}>{text.addWave}</Button>}>{text.waves}</Header>}>
        <Suspense fallback={<Spinner />}>
          <WaveGraph
            waves={plan.waves.map((wave, index) => node(wave, index, problems))}
            selected={plan.waves[open]?.name}
            onSelect={(name) => setOpen(plan.waves.findIndex((wave) => wave.name === name))}
          />
        </Suspense>
      </Container>
      {plan.waves.map((_, index) => (
        <Section
          key={keys[index]}
          plan={plan}
          index={index}
          groups={groups}
          problems={problems}
          expanded={open === index || problemAt(problems, `waves[${index}]`) !== undefined}
          onExpanded={(expanded) => setOpen(expanded ? index : -1)}
          onRemove={() => without(index)}
          onWave={(changed) => onPlan(withWave(plan, index, changed))}
        />
      ))}
    </SpaceBetween>
  );
}

interface SectionProps extends Omit<Props, 'onPlan'> {
  readonly index: number;
  readonly groups: readonly string[];
  readonly expanded: boolean;
  readonly onExpanded: (expanded: boolean) => void;
  readonly onRemove: () => void;
  readonly onWave: (wave: Wave) => void;
}

/** One wave. Its form is there only while it is looked at: a plan may have a hundred. */
function Section({ plan: { waves }, index, groups, problems, expanded, onExpanded, onRemove, onWave }: SectionProps) {
  const wave = waves[index];
  if (!wave) {
    return null;
  }
  return (
    <ExpandableSection
      variant="container"
      headerText={text.wave(wave.name)}
      headingTagOverride="h3"
      headerActions={waves.length > 1 && <Button ariaLabel={`${text.removeWave} ${wave.name}`} onClick={onRemove}>{text.removeWave}</Button>}
      expanded={expanded}
      onChange={({ detail }) => onExpanded(detail.expanded)}
    >
      {expanded && (
        <WaveForm
          wave={wave}
          path={`waves[${index}]`}
          others={waves.map(({ name }) => name).filter((name) => name !== wave.name)}
          groups={groups}
          roles={ROLES}
          problems={problems}
          onWave={onWave}
        />
      )}
    </ExpandableSection>
  );
}

function node(wave: Wave, index: number, problems: readonly FieldProblem[]) {
  const wrong = problemAt(problems, `waves[${index}]`) !== undefined;
  return {
    name: wave.name,
    dependsOnWaves: wave.dependsOnWaves ?? [],
    look: wrong ? ('error' as const) : ('info' as const),
    status: `${counted(wave.groups.length, 'group')}, ${counted(wave.healthChecks?.length ?? 0, 'check')}`,
    detail: '',
    done: 0,
  };
}
