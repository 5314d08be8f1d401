import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { session } from '../session';
import { api } from './client';
import { queryClient } from './query-client';
import type { Page, Role, User } from './types';

export interface UserFilter {
  q?: string;
  role?: Role;
  department?: string;
  is_active?: boolean;
  page?: number;
  page_size?: number;
  sort?: string;
}

export interface NewUser {
  email: string;
  role: Role;
  full_name: string;
  department?: string;
  student_id?: string;
  password?: string;
}

export interface UserChange {
  email?: string;
  role?: Role;
  full_name?: string;
  department?: string | null;
  student_id?: string;
  is_active?: boolean;
  password?: string;
}

export function userList(filter: UserFilter) {
  return queryOptions({
    queryKey: ['users', 'list', filter],
    queryFn: ({ signal }) => api.get<Page<User>>('/users', { query: userQuery(filter), signal }),
    placeholderData: keepPreviousData,
  });
}

/** "Inactive people" is a filter of its own, so `false` must reach the server here. */
function userQuery({ is_active, ...filter }: UserFilter) {
  return { ...filter, is_active: is_active === undefined ? undefined : String(is_active) };
}

export function userDetail(id: string) {
  return queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }) => api.get<User>('/users/{id}', { path: { id }, signal }),
    enabled: id !== '',
  });
}

export async function createUser(body: NewUser): Promise<User> {
  const user = await api.post<User>('/users', { body });
  await queryClient.invalidateQueries({ queryKey: ['users'] });
  return user;
}

/** Refused with 412 if somebody changed the person after `version`. */
export async function updateUser(id: string, version: number, body: UserChange): Promise<User> {
  const user = await api.put<User>('/users/{id}', { path: { id }, body, ifMatch: version });
  await queryClient.invalidateQueries({ queryKey: ['users'] });
  return user;
}

export async function deactivateUser(id: string): Promise<void> {
  await api.delete('/users/{id}', { path: { id } });
  await queryClient.invalidateQueries({ queryKey: ['users'] });
}

export async function updateProfile(id: string, body: { full_name: string }): Promise<void> {
  session.update(await api.put<User>('/users/{id}', { path: { id }, body }));
}

/** Ends every other session of the person; this one goes on. */
export async function changePassword(
  user: User,
  body: { password: string; current_password: string },
): Promise<void> {
  await api.put<User>('/users/{id}', { path: { id: user.id }, body });
}
