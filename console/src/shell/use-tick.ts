import { useEffect, useState } from 'react';

/** Renders again every second while `running`: for what shows the time. */
export function useTick(running: boolean, everyMs = 1000): void {
  const [, setCount] = useState(0);
  useEffect(() => {
    if (!running) {
      return;
    }
    const timer = setInterval(() => setCount((count) => count + 1), everyMs);
    return () => clearInterval(timer);
  }, [running, everyMs]);
}
