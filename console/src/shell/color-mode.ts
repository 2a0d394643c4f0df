import { Mode, applyMode } from '@cloudscape-design/global-styles';
import { useEffect, useState } from 'react';

const KEY = 'drs-console-mode';

function initial(): Mode {
  const stored = localStorage.getItem(KEY);
  if (stored === Mode.Dark || stored === Mode.Light) {
    return stored;
  }
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? Mode.Dark : Mode.Light;
}

/** Light or dark: as the system says, until somebody chooses. */
export function useColorMode() {
  const [mode, setMode] = useState<Mode>(initial);
  useEffect(() => {
    applyMode(mode);
    document.documentElement.style.colorScheme = mode;
  }, [mode]);
  const toggle = () => {
    const next = mode === Mode.Dark ? Mode.Light : Mode.Dark;
    localStorage.setItem(KEY, next);
    setMode(next);
  };
  return { dark: mode === Mode.Dark, toggle };
}
