import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { Component, type ReactNode } from 'react';
import { common } from '../strings/common.js';

/** A page that fails says so and leaves the rest of the console standing. `resetKey` changes with the page. */
export class ErrorBoundary extends Component<{ resetKey: string; children: ReactNode }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidUpdate(before: { resetKey: string }) {
    if (before.resetKey !== this.props.resetKey && this.state.error) {
      this.setState({ error: undefined });
    }
  }

  override render() {
    const { error } = this.state;
    if (!error) {
      return this.props.children;
    }
    return (
      <Alert
        type="error"
        header={common.errors.crashed}
        action={<Button onClick={() => window.location.reload()}>{common.errors.reload}</Button>}
      >
        {common.errors.crashedHint} {error.message}
      </Alert>
    );
  }
}
