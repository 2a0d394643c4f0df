import CloudscapeLink from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';

/** A link to another page of the console; with Ctrl or the middle button it opens a tab, as links do. */
export function Link({ href, children, primary = false }: { href: string; children: ReactNode; primary?: boolean }) {
  const navigate = useNavigate();
  return (
    <CloudscapeLink
      href={href}
      variant={primary ? 'primary' : 'secondary'}
      onFollow={(event) => {
        if (!event.detail.external) {
          event.preventDefault();
          void navigate(href);
        }
      }}
    >
      {children}
    </CloudscapeLink>
  );
}
