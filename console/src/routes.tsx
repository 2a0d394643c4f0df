import type { ComponentType } from 'react';
import { type Params, type RouteObject, createBrowserRouter } from 'react-router';
import { FullPageMessage } from './shell/full-page-message.js';
import { Layout } from './shell/layout.js';
import { NotFound } from './shell/not-found.js';
import { common } from './strings/common.js';

/** What a page says about its place. */
export interface PageHandle {
  crumbs(params: Params): { text: string; href: string }[];
}

const { nav } = common;

/** Addresses, in one place: pages link by these. */
export const to = {
  dashboard: '/',
  groups: '/groups',
  newGroup: '/new-group',
  editGroup: (name: string) => `/groups/${encodeURIComponent(name)}/edit`,
  group: (name: string) => `/groups/${encodeURIComponent(name)}`,
  servers: '/servers',
  server: (id: string, region: string) => `/servers/${encodeURIComponent(id)}?region=${encodeURIComponent(region)}`,
  schedules: '/schedules',
  reports: '/reports',
  audit: '/audit',
  settings: '/settings',
  plans: '/plans',
  plansOfKind: (kind: string) => `/plans?readiness=${encodeURIComponent(kind)}`,
  newPlan: '/new-plan',
  editPlan: (name: string) => `/plans/${encodeURIComponent(name)}/edit`,
  plan: (name: string) => `/plans/${encodeURIComponent(name)}`,
  executions: '/executions',
  execution: (id: string) => `/executions/${encodeURIComponent(id)}`,
};

const list = (text: string, href: string): PageHandle => ({ crumbs: () => [{ text, href }] });
const detail = (text: string, href: string, name: string): PageHandle => ({
  crumbs: (params) => [{ text, href }, { text: params[name] ?? '', href: `${href}/${params[name] ?? ''}` }],
});

/** Each page is a chunk of its own, loaded when it is first opened. */
const page = (load: () => Promise<{ default: ComponentType }>) => async () => ({ Component: (await load()).default });

const PAGES: RouteObject[] = [
  { index: true, lazy: page(() => import('./pages/dashboard/page.js')), handle: list(nav.dashboard, to.dashboard) },
  { path: to.executions, lazy: page(() => import('./pages/executions/list.js')), handle: list(nav.executions, to.executions) },
  {
    path: '/executions/:executionId',
    lazy: page(() => import('./pages/executions/detail.js')),
    handle: detail(nav.executions, to.executions, 'executionId'),
  },
  { path: to.plans, lazy: page(() => import('./pages/plans/list.js')), handle: list(nav.plans, to.plans) },
  {
    path: '/plans/:planName/edit',
    lazy: page(() => import('./pages/plans/editor/page.js')),
    handle: detail(nav.plans, to.plans, 'planName'),
  },
  { path: to.newPlan, lazy: page(() => import('./pages/plans/editor/page.js')), handle: list(nav.plans, to.plans) },
  { path: to.groups, lazy: page(() => import('./pages/groups/list.js')), handle: list(nav.groups, to.groups) },
  { path: '/groups/:groupName', lazy: page(() => import('./pages/groups/detail.js')), handle: detail(nav.groups, to.groups, 'groupName') },
  {
    path: '/groups/:groupName/edit',
    lazy: page(() => import('./pages/groups/editor/page.js')),
    handle: detail(nav.groups, to.groups, 'groupName'),
  },
  { path: to.newGroup, lazy: page(() => import('./pages/groups/editor/page.js')), handle: list(nav.groups, to.groups) },
  { path: to.servers, lazy: page(() => import('./pages/servers/list.js')), handle: list(nav.servers, to.servers) },
  { path: '/servers/:serverId', lazy: page(() => import('./pages/servers/detail.js')), handle: detail(nav.servers, to.servers, 'serverId') },
  { path: to.schedules, lazy: page(() => import('./pages/schedules/page.js')), handle: list(nav.schedules, to.schedules) },
  { path: to.reports, lazy: page(() => import('./pages/reports/page.js')), handle: list(nav.reports, to.reports) },
  { path: to.audit, lazy: page(() => import('./pages/audit/page.js')), handle: list(nav.audit, to.audit) },
  { path: to.settings, lazy: page(() => import('./pages/settings/page.js')), handle: list(nav.settings, to.settings) },
  { path: '/plans/:planName', lazy: page(() => import('./pages/plans/detail.js')), handle: detail(nav.plans, to.plans, 'planName') },
];

/** What the navigation offers, in its order. */
export const NAVIGATION: { text: string; href: string }[] = [
  { text: nav.dashboard, href: to.dashboard },
  { text: nav.executions, href: to.executions },
  { text: nav.plans, href: to.plans },
  { text: nav.groups, href: to.groups },
  { text: nav.servers, href: to.servers },
  { text: nav.schedules, href: to.schedules },
  { text: nav.reports, href: to.reports },
  { text: nav.audit, href: to.audit },
  { text: nav.settings, href: to.settings },
];

export function makeRouter() {
  return createBrowserRouter([
    {
      element: <Layout />,
      HydrateFallback: () => <FullPageMessage text={common.loading} loading />,
      children: [...PAGES, { path: '*', element: <NotFound /> }],
    },
  ]);
}
