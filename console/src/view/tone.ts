import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import * as tokens from '@cloudscape-design/design-tokens';

/** Colours for what is drawn, from the design system: they change with light and dark. */
export const TONE: Record<StatusIndicatorProps.Type, string> = {
  success: tokens.colorTextStatusSuccess,
  error: tokens.colorTextStatusError,
  warning: tokens.colorTextStatusWarning,
  info: tokens.colorTextStatusInfo,
  'in-progress': tokens.colorTextStatusInfo,
  loading: tokens.colorTextStatusInfo,
  log: tokens.colorTextStatusInactive,
  pending: tokens.colorTextStatusInactive,
  stopped: tokens.colorTextStatusInactive,
  'not-started': tokens.colorTextStatusInactive,
};

export const INK = {
  text: tokens.colorTextBodyDefault,
  quiet: tokens.colorTextBodySecondary,
  line: tokens.colorBorderDividerDefault,
  background: tokens.colorBackgroundContainerContent,
  layout: tokens.colorBackgroundLayoutMain,
  focus: tokens.colorBorderItemFocused,
};
