/** Somebody who is signed in. */
export interface Session {
  readonly name: string;
  /** An ID token that is good now; renewed when it has ended. */
  idToken(): Promise<string>;
  signOut(): void;
  /** The API refused the token: whoever it was is signed in no more. */
  expired(): void;
}
