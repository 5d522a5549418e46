/** Machines that a tenant of Duffy v3 may keep after a failure until somebody says otherwise: as many as `/Node/fail` ever allowed. */
export const HOLDS_AS_EVER = 5
