import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { common } from '../strings/common.js';
import { type Tokens, type UserPool, signIn } from './cognito.js';

/** For the local cloud; in a deployment, Cognito shows its own. */
export function SignInPage({ pool, onSignedIn }: { pool: UserPool; onSignedIn: (tokens: Tokens) => void }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState('');
  const submit = async () => {
    setBusy(true);
    setRefusal('');
    try {
      onSignedIn(await signIn(pool, username.trim(), password));
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Container header={<Header variant="h1">{common.signIn.title}</Header>}>
          <Form actions={<Button variant="primary" loading={busy}>{common.signIn.submit}</Button>}>
            <SpaceBetween size="l">
              {refusal && <Alert type="error" header={common.signIn.refused}>{refusal}</Alert>}
              <FormField label={common.signIn.username}>
                <Input value={username} onChange={({ detail }) => setUsername(detail.value)} autoComplete="username" autoFocus />
              </FormField>
              <FormField label={common.signIn.password}>
                <Input value={password} type="password" autoComplete="current-password" onChange={({ detail }) => setPassword(detail.value)} />
              </FormField>
              <Box color="text-body-secondary" fontSize="body-s">{common.signIn.hint}</Box>
            </SpaceBetween>
          </Form>
        </Container>
      </form>
    </main>
  );
}
