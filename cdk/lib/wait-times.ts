/** The numbers that `statemachine/*.asl.yaml` leaves open, under the names of its placeholders. In seconds. */
export interface WaitTimes {
  /** How long a wave waits for word from its dependencies before it looks for itself: a task token can get lost. */
  readonly DependencyTimeoutSeconds: number;
  /**
   * How long a wave that a person holds waits before it looks for itself: as long as AwaitDependencies said, which grows
   * with the time that it is held. An expression, since Step Functions takes one for a time-out.
   */
  readonly HoldTimeoutSeconds: number | string;
  /** How long a state waits for its function. */
  readonly TaskTimeoutSeconds: number;
}

/**
 * The local cloud scales its Wait states and retries but not the time-outs of tasks, so that is done here.
 * `scale` is how many real seconds one second of the scenario lasts.
 */
export function waitTimes({ local, scale }: { readonly local: boolean; readonly scale: number }): WaitTimes {
  return {
    // Below 5 s a busy machine would look again before the function has stored its token.
    DependencyTimeoutSeconds: Math.max(5, Math.round(300 * scale)),
    // The local cloud reads only numbers here. Its looks are free.
    HoldTimeoutSeconds: local ? Math.max(5, Math.round(300 * scale)) : '{% $holdSeconds %}',
    // Longer than a function that is called this way may run (2 min), so that its own error arrives. On the local
    // cloud nothing takes long, and whoever tries out a hanging function waits for this.
    TaskTimeoutSeconds: local ? 30 : 150,
  };
}
