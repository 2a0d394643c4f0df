import { Graph, layout } from '@dagrejs/dagre';

/** A wave as the graph needs it. */
export interface GraphWave {
  readonly name: string;
  readonly dependsOnWaves: readonly string[];
}

export const NODE = { width: 240, height: 66 } as const;

export interface Layered {
  readonly places: ReadonlyMap<string, { x: number; y: number }>;
  readonly edges: readonly { id: string; source: string; target: string }[];
  readonly width: number;
  readonly height: number;
}

/** Places waves in layers: what waits is right of, or on a narrow screen below, what it waits for. */
export function layered(waves: readonly GraphWave[], direction: 'LR' | 'TB'): Layered {
  const graph = new Graph();
  graph.setGraph({ rankdir: direction, nodesep: 22, ranksep: direction === 'LR' ? 60 : 36, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const names = new Set(waves.map(({ name }) => name));
  for (const { name } of waves) {
    graph.setNode(name, { ...NODE });
  }
  // A plan that is being edited may name a wave that does not exist yet.
  const edges = waves.flatMap(({ name, dependsOnWaves }) =>
    dependsOnWaves
      .filter((before) => names.has(before) && before !== name)
      .map((before) => ({ id: `${before}→${name}`, source: before, target: name })),
  );
  for (const { source, target } of edges) {
    graph.setEdge(source, target);
  }
  layout(graph);
  const places = new Map(
    waves.map(({ name }) => {
      const { x = 0, y = 0 } = graph.node(name) as { x?: number; y?: number };
      return [name, { x: x - NODE.width / 2, y: y - NODE.height / 2 }] as const;
    }),
  );
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { places, edges, width, height };
}
