import AppLayout from '@cloudscape-design/components/app-layout';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import TopNavigation from '@cloudscape-design/components/top-navigation';
import { Suspense, useEffect, useState } from 'react';
import { Outlet, useLocation, useMatches, useNavigate } from 'react-router';
import { NAVIGATION, type PageHandle } from '../routes.js';
import { common } from '../strings/common.js';
import { useColorMode } from './color-mode.js';
import { useMe, useShell } from './context.js';
import { ErrorBoundary } from './error-boundary.js';
import { FullPageMessage } from './full-page-message.js';
import { NotificationBar } from './notifications.js';

/** The frame around every page. */
export function Layout() {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const { open, setOpen, followed } = useNavigation();
  const follow = (event: CustomEvent<{ href?: string; external?: boolean }>) => {
    const { href, external } = event.detail;
    if (href !== undefined && external !== true) {
      event.preventDefault();
      void navigate(href);
    }
  };
  const active = NAVIGATION.filter(({ href }) => pathname === href || (href !== '/' && pathname.startsWith(`${href}/`)));
  return (
    <>
      <div id="top-navigation"><Top /></div>
      <AppLayout
        headerSelector="#top-navigation"
        toolsHide
        navigationOpen={open}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        navigation={
          <SideNavigation
            activeHref={active[0]?.href ?? pathname}
            onFollow={(event) => {
              follow(event);
              followed();
            }}
            items={NAVIGATION.map(({ href, text }) => ({ type: 'link' as const, href, text }))}
          />
        }
        ariaLabels={{
          navigation: common.navigation,
          navigationClose: common.closeNavigation,
          navigationToggle: common.openNavigation,
          notifications: common.notifications,
        }}
        stickyNotifications
        notifications={<NotificationBar />}
        breadcrumbs={<Breadcrumbs onFollow={follow} />}
        maxContentWidth={Number.MAX_VALUE}
        content={
          <ErrorBoundary resetKey={pathname}>
            <Suspense fallback={<FullPageMessage text={common.loading} loading />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        }
      />
    </>
  );
}

const isWide = () => window.matchMedia('(min-width: 900px)').matches;

/** Cloudscape closes the navigation when a window becomes narrow, and leaves it closed for good: what is wanted of a wide window outlives that. */
function useNavigation() {
  const [wide, setWide] = useState(isWide);
  const [beside, setBeside] = useState(true);
  const [over, setOver] = useState(false);
  // Of the same event as Cloudscape's own state: what it then closes is closed of the window that it saw.
  useEffect(() => {
    const resized = () => setWide(isWide());
    window.addEventListener('resize', resized);
    return () => window.removeEventListener('resize', resized);
  }, []);
  return { open: wide ? beside : over, setOpen: wide ? setBeside : setOver, followed: () => setOver(false) };
}

function Breadcrumbs({ onFollow }: { onFollow: (event: CustomEvent<{ href?: string }>) => void }) {
  const items = useMatches().flatMap(({ handle, params }) => (handle as PageHandle | undefined)?.crumbs(params) ?? []);
  return items.length < 2 ? null : <BreadcrumbGroup items={items} onFollow={onFollow} />;
}

function Top() {
  const { session } = useShell();
  const me = useMe();
  const { dark, toggle } = useColorMode();
  const navigate = useNavigate();
  return (
    <TopNavigation
      identity={{
        href: '/',
        title: common.product,
        onFollow: (event) => {
          event.preventDefault();
          void navigate('/');
        },
      }}
      i18nStrings={{
        overflowMenuTriggerText: common.menu.open,
        overflowMenuTitleText: common.menu.title,
        overflowMenuBackIconAriaLabel: common.menu.back,
        overflowMenuDismissIconAriaLabel: common.menu.close,
      }}
      utilities={[
        { type: 'button', text: dark ? common.light : common.dark, onClick: toggle },
        {
          type: 'menu-dropdown',
          text: session.name,
          description: common.roles(me.data?.roles ?? []),
          iconName: 'user-profile',
          ariaLabel: common.account,
          items: [{ id: 'sign-out', text: common.signOut }],
          onItemClick: () => session.signOut(),
        },
      ]}
    />
  );
}
