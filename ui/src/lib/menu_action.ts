// What a menu offers. Deliberately not here: how it looks (components/MenuItems.svelte).

interface Offered {
  /** By which tests and icons know it. */
  readonly name: string;
  readonly label: string;
  readonly danger?: boolean;
  /** Whether a line parts it from what stands above. */
  readonly parted?: boolean;
}

/** Something that is done when it is chosen, or a menu of its own. */
export type MenuAction = Offered & ({ readonly run: () => void } | { readonly items: readonly MenuAction[] });
