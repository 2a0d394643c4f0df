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
  plans: '/plans',
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
  { path: '/plans/:planName', lazy: page(() => import('./pages/plans/detail.js')), handle: detail(nav.plans, to.plans, 'planName') },
];

/** What the navigation offers, in its order. */
export const NAVIGATION: { text: string; href: string }[] = [
  { text: nav.dashboard, href: to.dashboard },
  { text: nav.executions, href: to.executions },
  { text: nav.plans, href: to.plans },
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
