import '@xyflow/react/dist/base.css';
import './wave-graph.css';
import { Controls, type Edge, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { memo, useMemo } from 'react';
import { execution as strings } from '../strings/executions.js';
import { type GraphWave, type Layered, NODE, layered } from './layered.js';
import { INK, TONE } from './tone.js';
import { useSame } from './use-same.js';
import { useWidth } from './use-width.js';

/** What is drawn of a wave. */
export interface GraphNode extends GraphWave {
  readonly look: StatusIndicatorProps.Type;
  readonly status: string;
  readonly detail: string;
  /** 0 to 1. */
  readonly done: number;
}

type WaveNode = Node<{ wave: GraphNode; selected: boolean; sideways: boolean; select: (name: string) => void }, 'wave'>;

interface Props {
  readonly waves: readonly GraphNode[];
  readonly selected: string | undefined;
  readonly onSelect: (name: string) => void;
}

/** Waves and their dependencies. Each wave is a button; the table beside it says the same in words. */
export default memo(function WaveGraph({ waves, selected, onSelect }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const sideways = width >= 600;
  // The places change with the plan only, not with every poll.
  const shape = JSON.stringify(waves.map(({ name, dependsOnWaves }) => ({ name, dependsOnWaves })));
  const places = useMemo(() => layered(JSON.parse(shape) as GraphWave[], sideways ? 'LR' : 'TB'), [shape, sideways]);
  const nodes = useSame<WaveNode[]>(waves.map((wave) => ({
    id: wave.name,
    type: 'wave',
    position: places.places.get(wave.name) ?? { x: 0, y: 0 },
    data: { wave, selected: wave.name === selected, sideways, select: onSelect },
    ...NODE,
    focusable: false,
  })));
  const edges = useMemo(() => places.edges.map(edgeOf), [places]);
  const height = Math.min(sideways ? 420 : 560, Math.max(120, places.height + 24));
  return (
    <div ref={ref} className="wave-graph" style={{ height }} role="group" aria-label={strings.graph.label}>
      {width > 0 && (
        <ReactFlow
          key={`${shape}${sideways}${width}`}
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          fitView
          fitViewOptions={{ maxZoom: 1, padding: 0.04 }}
          minZoom={0.1}
          maxZoom={1.5}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          // The wheel scrolls the page: this is a part of it.
          zoomOnScroll={false}
          preventScrolling={false}
        >
          {waves.length > 6 && <Controls showInteractive={false} position="top-right" />}
        </ReactFlow>
      )}
    </div>
  );
});

const edgeOf = (edge: Layered['edges'][number]): Edge => ({
  ...edge,
  focusable: false,
  style: { stroke: INK.quiet },
  markerEnd: { type: MarkerType.ArrowClosed, color: 'currentColor' },
});

const WaveBox = memo(function WaveBox({ data: { wave, selected, sideways, select } }: NodeProps<WaveNode>) {
  return (
    <>
      <Handle type="target" position={sideways ? Position.Left : Position.Top} />
      <button
        type="button"
        className="wave-box nodrag nopan"
        aria-pressed={selected}
        aria-label={strings.graph.show(wave.name, wave.status, wave.detail)}
        style={{ ...NODE, color: INK.text, background: INK.background, borderColor: TONE[wave.look] }}
        onClick={() => select(wave.name)}
      >
        <span className="wave-name">{wave.name}</span>
        <span className="wave-line">
          <StatusIndicator type={wave.look}>{wave.status}</StatusIndicator>
          <span style={{ color: INK.quiet }}>{wave.detail}</span>
        </span>
        <span className="wave-done" style={{ width: `${Math.round(wave.done * 100)}%`, background: TONE[wave.look] }} />
      </button>
      <Handle type="source" position={sideways ? Position.Right : Position.Bottom} />
    </>
  );
});

const NODE_TYPES = { wave: WaveBox };
