import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { type Dispatch, type SetStateAction, Suspense, lazy, memo, useDeferredValue, useMemo, useState } from 'react';
import { itemsOf, useEveryPage, useGroups } from '../../../api/queries.js';
import type { PlanDocument, Wave } from '../../../api/types.js';
import { planEditor as text } from '../../../strings/editors.js';
import { counted } from '../../../view/format.js';
import { type FieldProblem, problemAt, removed } from '../../../view/field-problems.js';
import { useProblemMoves } from '../../../view/problem-moves.js';
import { useKeys } from '../../../view/use-keys.js';
import { useSame } from '../../../view/use-same.js';
import { withNewWave, withWave, withoutWave } from './draft.js';
import { WaveForm } from './wave-form.js';

const WaveGraph = lazy(() => import('../../../view/wave-graph.js'));

/** Roles that can decide about a wave: the groups of the user pool. */
const ROLES = ['dr-approver', 'dr-admin', 'dr-recoverer', 'dr-operator', 'dr-planner', 'dr-auditor'];

interface Props {
  readonly plan: PlanDocument;
  readonly problems: readonly FieldProblem[];
  readonly onPlan: Dispatch<SetStateAction<PlanDocument>>;
}

/** The graph as it is while it is edited, and a form for each wave. */
export function WavesEditor({ plan, problems, onPlan }: Props) {
  const [open, setOpen] = useState(0);
  const { keys, add: addKey, remove: removeKey } = useKeys(plan.waves.length);
  const onMoved = useProblemMoves();
  const groups = useSame(itemsOf(useEveryPage(useGroups()).data).map(({ name }) => name));
  const names = useSame(plan.waves.map(({ name }) => name));
  // The graph follows what is typed, and does not hold it up: with a hundred waves it is laid out for longer than a frame.
  const drawn = useDeferredValue(plan.waves);
  const nodes = useMemo(() => drawn.map((wave, index) => node(wave, index, problems)), [drawn, problems]);
  const add = () => {
    const added = withNewWave(plan);
    addKey();
    onPlan(added.plan);
    setOpen(added.index);
  };
  // The same at each letter: of a hundred waves only the one that is edited is rendered again.
  const does = useMemo<Does>(
    () => ({
      expand: (index, expanded) => setOpen(expanded ? index : -1),
      change: (index, wave) => onPlan((now) => withWave(now, index, wave)),
      remove: (index) => {
        removeKey(index);
        onMoved('waves', removed(index));
        onPlan((now) => withoutWave(now, index));
        setOpen((now) => (index < now ? now - 1 : now));
      },
    }),
    [onPlan, onMoved],
  );
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2" description={text.wavesHint} actions={<Button iconName="add-plus" onClick={add}>{text.addWave}</Button>}>{text.waves}</Header>}>
        <Suspense fallback={<Spinner />}>
          <WaveGraph
            waves={nodes}
            selected={plan.waves[open]?.name}
            onSelect={(name) => setOpen(names.indexOf(name))}
          />
        </Suspense>
      </Container>
      {plan.waves.map((wave, index) => {
        const expanded = open === index || problemAt(problems, `waves[${index}]`) !== undefined;
        return (
          <Section
            key={keys[index]}
            wave={wave}
            index={index}
            removable={plan.waves.length > 1}
            names={expanded ? names : NONE}
            groups={groups}
            problems={problems}
            expanded={expanded}
            does={does}
          />
        );
      })}
    </SpaceBetween>
  );
}

/** What can be done with the wave at a place. */
interface Does {
  readonly expand: (index: number, expanded: boolean) => void;
  readonly change: (index: number, wave: Wave) => void;
  readonly remove: (index: number) => void;
}

interface SectionProps {
  readonly wave: Wave;
  readonly index: number;
  readonly removable: boolean;
  /** Of all waves; none while nobody looks at the form, which then does not change with each letter of a name. */
  readonly names: readonly string[];
  readonly groups: readonly string[];
  readonly problems: readonly FieldProblem[];
  readonly expanded: boolean;
  readonly does: Does;
}

const NONE: readonly string[] = [];

/** One wave. Its form is there only while it is looked at: a plan may have a hundred. */
const Section = memo(function Section({ wave, index, removable, names, groups, problems, expanded, does }: SectionProps) {
  // It opens in the next frame, and its many fields follow.
  const filled = useDeferredValue(expanded);
  const remove = <Button ariaLabel={`${text.removeWave} ${wave.name}`} onClick={() => does.remove(index)}>{text.removeWave}</Button>;
  return (
    <ExpandableSection
      variant="container"
      headerText={text.wave(wave.name)}
      headingTagOverride="h3"
      headerActions={removable && remove}
      expanded={expanded}
      onChange={({ detail }) => does.expand(index, detail.expanded)}
    >
      {expanded && filled && (
        <WaveForm
          wave={wave}
          path={`waves[${index}]`}
          others={names.filter((name) => name !== wave.name)}
          groups={groups}
          roles={ROLES}
          problems={problems}
          onWave={(changed) => does.change(index, changed)}
        />
      )}
    </ExpandableSection>
  );
});

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
