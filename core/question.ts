/** What can be asked without changing anything. */
export type Question =
  | { readonly ask: 'list'; readonly scope: 'mine' | 'all' }
  | { readonly ask: 'why'; readonly about: string }
  | { readonly ask: 'status'; readonly pool: string | null }
  | { readonly ask: 'pools' }
  | { readonly ask: 'who'; readonly machine: string }
  | { readonly ask: 'keys' }
  | { readonly ask: 'help'; readonly verb: string | null }
  | { readonly ask: 'whoami' }
